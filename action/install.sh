#!/usr/bin/env bash
# Finds zdsync, or builds it from the source that this script stands in, which is what the workflow pinned.
#
#   install.sh find     gives `path`, and where it must be built, `build=true` and the `key` of its sources
#   install.sh build    builds it where `find` said it would be
#
# Reads RUNNER_TEMP, where it is built to.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/.." && pwd)
root=${RUNNER_TEMP:?}/zdsync

case ${1:-} in
  find)
    if found=$(command -v zdsync); then
      "$here/output.sh" "path=$found" "build=false" "key=" "root=$root"
    else
      key=$(cd "$source" && find src schemas Cargo.toml Cargo.lock rust-toolchain.toml -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1)
      "$here/output.sh" "path=$root/bin/zdsync" "build=true" "key=$key" "root=$root"
    fi
    ;;
  build)
    if ! [ -x "$root/bin/zdsync" ]; then
      cargo install --locked --path "$source" --root "$root"
    fi
    ;;
  *)
    echo "usage: install.sh find | install.sh build" >&2
    exit 64
    ;;
esac
