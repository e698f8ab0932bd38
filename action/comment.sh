#!/usr/bin/env bash
# Posts a comment on a pull request, or brings the one posted before up to date.
#
# Reads from the environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, PULL_REQUEST, COMMENT_FILE, and
# COMMENT_AUTHOR, the login that GITHUB_TOKEN comments as. The comment is found by its author and its first two
# lines: another's comment that begins alike is left alone.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/github.sh
. "$here/github.sh"
number "${PULL_REQUEST:?}"
author=${COMMENT_AUTHOR:-github-actions[bot]}
marker=$(head -n 2 "${COMMENT_FILE:?}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

jq -Rs '{ body: . }' "$COMMENT_FILE" >"$work/body.json"
github_all "issues/$PULL_REQUEST/comments" >"$work/comments.json"
id=$(jq -r --arg author "$author" --arg marker "$marker" '
  [.[] | select(.user.login == $author) | select(.body | gsub("\r"; "") | startswith($marker + "\n")) | .id]
  | first // empty' "$work/comments.json")
if [ -n "$id" ]; then
  number "$id"
  answer=$(github PATCH "issues/comments/$id" "$work/body.json")
else
  answer=$(github POST "issues/$PULL_REQUEST/comments" "$work/body.json")
fi
"$here/output.sh" "comment-url=$(jq -r '.html_url // empty' <<<"$answer")"
