# Calls of GitHub's REST API, for the scripts that source this file.
# shellcheck shell=bash
#
# Reads GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_API_URL.

# shellcheck source=action/forge.sh
. "$(dirname "${BASH_SOURCE[0]}")/forge.sh"

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
github_all() { every_page github "$1"; }
