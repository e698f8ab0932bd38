#!/usr/bin/env bash
# Applies a project, if its plan is still the reviewed one. Ends with the exit code of `zdsync apply`.
#
# Reads from the environment: ZDSYNC, PROJECT, DIGEST, ALLOW_REMOVALS, PULL_REQUEST, which the receipt names, and
# GITHUB_STEP_SUMMARY, where what happened is written to, on GitHub.
set -euo pipefail
shopt -s inherit_errexit

if ! [[ ${DIGEST:-} =~ ^[0-9a-f]{64}$ ]]; then
  echo "error: DIGEST is the digest of a plan, 64 hexadecimal digits" >&2
  exit 1
fi
flags=(--digest "$DIGEST")
if [ -n "${ALLOW_REMOVALS:-}" ]; then
  if ! [[ $ALLOW_REMOVALS =~ ^[a-z_]+=[0-9]+(,[a-z_]+=[0-9]+)*$ ]]; then
    echo "error: ALLOW_REMOVALS is written as users=12,groups=2, not: $ALLOW_REMOVALS" >&2
    exit 1
  fi
  flags+=(--allow-removals "$ALLOW_REMOVALS")
fi

# A push to the default branch does not say which pull request it merged; the receipt takes it from here.
if [ -n "${PULL_REQUEST:-}" ]; then export CI_MERGE_REQUEST_IID=$PULL_REQUEST; fi

code=0
text=$(mktemp)
trap 'rm -f "$text"' EXIT
word=stop-$RANDOM$RANDOM$RANDOM$RANDOM
if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::stop-commands::$word"; fi
"${ZDSYNC:-zdsync}" --color never -C "${PROJECT:-.}" apply "${flags[@]}" 2>&1 | tee "$text" || code=$?
if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::$word::"; fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  fence='```'
  while grep -qF "$fence" "$text"; do fence+='`'; done
  {
    printf '%stext\n' "$fence"
    tail -c 500000 "$text"
    printf '%s\n' "$fence"
  } >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
