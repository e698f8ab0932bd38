#!/usr/bin/env bash
# Keeps one issue open for as long as the account differs from the manifests.
#
# Reads from the environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, REVIEW_FILE and COMMENT_FILE of
# plan.sh, ISSUE_LABEL and ISSUE_AUTHOR, the login that GITHUB_TOKEN writes as.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/github.sh
. "$here/github.sh"
author=${ISSUE_AUTHOR:-github-actions[bot]}
label=${ISSUE_LABEL:-zdsync-drift}
marker=$(head -n 2 "${COMMENT_FILE:?}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

state=$(jq -r 'if .has_changes or .refused then "differs" elif .exit_code == 0 then "same" else "unknown" end' \
  "${REVIEW_FILE:?}")
if [ "$state" = unknown ]; then
  echo "the account could not be compared; the issue stays as it is" >&2
  exit 0
fi
# A label that holds a comma or a space would be read as several, or as none.
if ! [[ $label =~ ^[A-Za-z0-9._-]+$ ]]; then
  echo "error: ISSUE_LABEL may hold letters, digits and . _ - only, not: $label" >&2
  exit 1
fi
github_all "issues?state=open&labels=$label" >"$work/issues.json"
id=$(jq -r --arg author "$author" --arg marker "$marker" '
  [.[] | select(.pull_request == null and .user.login == $author)
    | select(.body // "" | gsub("\r"; "") | startswith($marker + "\n")) | .number]
  | first // empty' "$work/issues.json")
if [ -n "$id" ]; then number "$id"; fi

jq -Rs --arg name "$label" '{ title: "The account differs from the manifests", body: ., labels: [$name] }' \
  "$COMMENT_FILE" >"$work/issue.json"
case $state:$id in
  same:) ;;
  same:*)
    echo '{ "body": "The account is as the manifests say." }' >"$work/note.json"
    echo '{ "state": "closed", "state_reason": "completed" }' >"$work/close.json"
    github POST "issues/$id/comments" "$work/note.json" >/dev/null
    github PATCH "issues/$id" "$work/close.json" >/dev/null
    ;;
  differs:) id=$(github POST issues "$work/issue.json" | jq -r .number) ;;
  differs:*) github PATCH "issues/$id" "$work/issue.json" >/dev/null ;;
esac
"$here/output.sh" "issue=$id"
