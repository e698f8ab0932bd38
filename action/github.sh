# Calls of GitHub's REST API, for the scripts that source this file.
# shellcheck shell=bash
#
# Reads GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_API_URL.

# github METHOD PATH [BODY]: one call, PATH below the repository, BODY a file of JSON. Prints the answer.
github() {
  local method=$1 path=$2 arguments
  arguments=(--silent --show-error --fail-with-body --max-time 60 --request "$method"
    --header "Accept: application/vnd.github+json" --header "X-GitHub-Api-Version: 2022-11-28")
  # What creates something is sent once: a lost answer is better than two comments.
  if [ "$method" != POST ]; then arguments+=(--retry 3); fi
  if [ $# -gt 2 ]; then arguments+=(--header "Content-Type: application/json" --data-binary "@$3"); fi
  # Arguments of a process are seen by others; the token goes another way.
  curl "${arguments[@]}" --config <(printf 'header = "Authorization: Bearer %s"\n' "${GITHUB_TOKEN:?}") \
    "${GITHUB_API_URL:-https://api.github.com}/repos/${GITHUB_REPOSITORY:?}/$path"
}

# github_all PATH: every page of a list, as one array.
github_all() {
  local path=$1 page=1 mark='?' answer size
  if [[ $path == *\?* ]]; then mark='&'; fi
  while :; do
    answer=$(github GET "$path${mark}per_page=100&page=$page")
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
