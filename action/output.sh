#!/usr/bin/env bash
# Gives NAME=VALUE arguments to the steps that follow, or to the person at the keyboard.
set -euo pipefail
shopt -s inherit_errexit

for line in "$@"; do
  case $line in
    *$'\n'* | *$'\r'*)
      echo "error: an output of several lines" >&2
      exit 1
      ;;
  esac
  printf '%s\n' "$line" >>"${GITHUB_OUTPUT:-/dev/stdout}"
done
