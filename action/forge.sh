# What GitHub's and GitLab's scripts share. They source this file.
# shellcheck shell=bash

# every_page CALL PATH: every page of a list that `CALL GET PATH` gives by pages, as one array.
every_page() {
  local call=$1 path=$2 page=1 mark='?' answer size
  if [[ $path == *\?* ]]; then mark='&'; fi
  while :; do
    answer=$("$call" GET "$path${mark}per_page=100&page=$page")
    printf '%s\n' "$answer"
    size=$(jq length <<<"$answer")
    if [ "$size" -lt 100 ]; then break; fi
    page=$((page + 1))
  done | jq -s add
}

# number TEXT: stops where it is not a whole number, before it becomes part of an address.
number() {
  if ! [[ $1 =~ ^[0-9]+$ ]]; then
    echo "error: not a number: $1" >&2
    exit 1
  fi
}
