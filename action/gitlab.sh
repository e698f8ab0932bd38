#!/usr/bin/env bash
# GitLab's side of the kit.
#
#   gitlab.sh note     posts COMMENT_FILE on the merge request, or brings the note posted before up to date
#   gitlab.sh issue    keeps one issue open for as long as the account differs from the manifests
#   gitlab.sh apply    applies what CI_COMMIT_SHA merged, if its plan is still the one that was reviewed, and
#                      leaves the receipt as zdsync-receipts/last.json
#   gitlab.sh receipt  puts that file of the last apply of the default branch where zdsync looks for receipts
#
# Reads from the environment: what GitLab gives every job (CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID,
# CI_COMMIT_SHA, CI_DEFAULT_BRANCH), GITLAB_TOKEN, COMMENT_FILE and REVIEW_FILE of plan.sh, ISSUE_LABEL, PLAN_JOB
# and APPLY_JOB, the jobs that plan merge requests and apply, and what apply.sh reads.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/forge.sh
. "$here/forge.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# gitlab METHOD PATH [BODY]: one call, PATH below the project unless it begins with /. Prints the answer.
gitlab() {
  local method=$1 path=$2 arguments
  case $path in
    /*) ;;
    *) path=/projects/${CI_PROJECT_ID:?}/$path ;;
  esac
  arguments=(--silent --show-error --fail-with-body --location --max-time 60 --request "$method")
  if [ "$method" != POST ]; then arguments+=(--retry 3); fi
  if [ $# -gt 2 ]; then arguments+=(--header "Content-Type: application/json" --data-binary "@$3"); fi
  curl "${arguments[@]}" --config <(printf 'header = "Authorization: Bearer %s"\n' "${GITLAB_TOKEN:?}") \
    "${CI_API_V4_URL:?}$path"
}

# gitlab_all PATH: every page of a list, as one array.
gitlab_all() { every_page gitlab "$1"; }

refuse() {
  echo "refused: $1" >&2
  echo "  help: read a fresh plan, then run this pipeline by hand with its digest in ZDSYNC_DIGEST" >&2
  exit 4
}

note() {
  local marker me id
  number "${CI_MERGE_REQUEST_IID:?}"
  marker=$(head -n 2 "${COMMENT_FILE:?}")
  me=$(gitlab GET /user | jq .id)
  jq -Rs '{ body: . }' "$COMMENT_FILE" >"$work/body.json"
  id=$(gitlab_all "merge_requests/$CI_MERGE_REQUEST_IID/notes?sort=asc&order_by=created_at" |
    jq -r --argjson me "$me" --arg marker "$marker" \
      '[.[] | select(.author.id == $me and (.body | startswith($marker + "\n"))) | .id] | first // empty')
  if [ -n "$id" ]; then
    gitlab PUT "merge_requests/$CI_MERGE_REQUEST_IID/notes/$id" "$work/body.json" >/dev/null
  else
    gitlab POST "merge_requests/$CI_MERGE_REQUEST_IID/notes" "$work/body.json" >/dev/null
  fi
}

issue() {
  local marker state label me id
  label=${ISSUE_LABEL:-zdsync-drift}
  marker=$(head -n 2 "${COMMENT_FILE:?}")
  state=$(jq -r 'if .has_changes or .refused then "differs" elif .exit_code == 0 then "same" else "unknown" end' \
    "${REVIEW_FILE:?}")
  if [ "$state" = unknown ]; then
    echo "the account could not be compared; the issue stays as it is" >&2
    return
  fi
  if ! [[ $label =~ ^[A-Za-z0-9._-]+$ ]]; then
    echo "error: ISSUE_LABEL may hold letters, digits and . _ - only, not: $label" >&2
    exit 1
  fi
  me=$(gitlab GET /user | jq .id)
  number "$me"
  id=$(gitlab_all "issues?state=opened&labels=$label&author_id=$me" |
    jq -r --arg marker "$marker" \
      '[.[] | select(.description // "" | startswith($marker + "\n")) | .iid] | first // empty')
  if [ -n "$id" ]; then number "$id"; fi
  jq -Rs --arg name "$label" \
    '{ title: "The account differs from the manifests", description: ., labels: $name }' \
    "$COMMENT_FILE" >"$work/issue.json"
  case $state:$id in
    same:) ;;
    same:*)
      echo '{ "body": "The account is as the manifests say." }' >"$work/note.json"
      echo '{ "state_event": "close" }' >"$work/close.json"
      gitlab POST "issues/$id/notes" "$work/note.json" >/dev/null
      gitlab PUT "issues/$id" "$work/close.json" >/dev/null
      ;;
    differs:) gitlab POST issues "$work/issue.json" >/dev/null ;;
    differs:*) gitlab PUT "issues/$id" "$work/issue.json" >/dev/null ;;
  esac
}

# Fetches the review.json of the last plan of the merge request whose merge made CI_COMMIT_SHA.
reviewed() {
  local merged iid head pipeline job
  if ! [[ ${CI_COMMIT_SHA:?} =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]]; then
    echo "error: not a commit: $CI_COMMIT_SHA" >&2
    exit 1
  fi
  merged=$(gitlab_all "repository/commits/$CI_COMMIT_SHA/merge_requests" |
    jq -c --arg commit "$CI_COMMIT_SHA" --arg branch "${CI_DEFAULT_BRANCH:?}" '[.[]
      | select(.state == "merged" and .target_branch == $branch)
      | select(.merge_commit_sha == $commit or .squash_commit_sha == $commit or .sha == $commit)]')
  case $(jq length <<<"$merged") in
    0) refuse "commit $CI_COMMIT_SHA did not come by a merge request, so nobody reviewed its plan" ;;
    1) ;;
    *) refuse "commit $CI_COMMIT_SHA merged several merge requests, whose plans were reviewed one by one" ;;
  esac
  iid=$(jq -r '.[0].iid' <<<"$merged")
  head=$(jq -r '.[0].sha' <<<"$merged")
  number "$iid"
  if [ "$(jq -r '.[0].source_project_id' <<<"$merged")" != "$CI_PROJECT_ID" ]; then
    refuse "merge request $iid came from a fork, and was planned against a snapshot only"
  fi
  pipeline=$(gitlab_all "merge_requests/$iid/pipelines" | jq -c 'max_by(.id) // empty')
  if [ -z "$pipeline" ]; then refuse "no pipeline planned merge request $iid"; fi
  pipeline=$(jq -r .id <<<"$pipeline")
  number "$pipeline"
  job=$(gitlab_all "pipelines/$pipeline/jobs" | jq -r --arg name "${PLAN_JOB:-zdsync-plan}" \
    '[.[] | select(.name == $name)] | max_by(.id) | if .status == "success" then .id else empty end')
  if [ -z "$job" ]; then refuse "the last plan of merge request $iid did not succeed"; fi
  number "$job"
  gitlab GET "jobs/$job/artifacts/zdsync-plan/review.json" >"$work/review.json"
  # The pipeline may have run for the merged result; what was planned is told by the commit in the review.
  PULL_REQUEST=$iid HEAD_COMMIT=$head BRANCH=$CI_DEFAULT_BRANCH GITHUB_OUTPUT='' \
    "$here/reviewed.sh" check "$work/review.json" >"$work/reviewed"
  echo "pull-request=$iid" >>"$work/reviewed"
}

apply() {
  if [ -z "${DIGEST:-}" ]; then
    reviewed
    DIGEST=$(sed -n 's/^digest=//p' "$work/reviewed")
    ALLOW_REMOVALS=$(sed -n 's/^allow-removals=//p' "$work/reviewed")
    PULL_REQUEST=$(sed -n 's/^pull-request=//p' "$work/reviewed")
    export PULL_REQUEST
  fi
  export DIGEST ALLOW_REMOVALS
  local code=0 receipts newest
  "$here/apply.sh" || code=$?
  # Their names begin with the time.
  receipts=("${PROJECT:-.}"/.zdsync/receipts/*.json)
  newest=${receipts[-1]}
  if [ -f "$newest" ]; then
    mkdir -p zdsync-receipts
    cp "$newest" zdsync-receipts/last.json
  fi
  exit "$code"
}

receipt() {
  local name=${APPLY_JOB:-zdsync-apply}
  if ! [[ $name =~ ^[A-Za-z0-9._-]+$ && ${CI_DEFAULT_BRANCH:?} =~ ^[A-Za-z0-9._-]+$ ]]; then
    echo "error: APPLY_JOB and CI_DEFAULT_BRANCH may hold letters, digits and . _ - only" >&2
    exit 1
  fi
  if ! gitlab GET "jobs/artifacts/$CI_DEFAULT_BRANCH/raw/zdsync-receipts/last.json?job=$name" >"$work/last.json"; then
    echo "no receipt of $name; what was changed outside git cannot be told from what is asked" >&2
    return
  fi
  mkdir -p "${PROJECT:-.}/.zdsync/receipts"
  cp "$work/last.json" "${PROJECT:-.}/.zdsync/receipts/last.json"
}

case ${1:-} in
  note) note ;;
  issue) issue ;;
  apply) apply ;;
  receipt) receipt ;;
  *)
    echo "usage: gitlab.sh note | gitlab.sh issue | gitlab.sh apply | gitlab.sh receipt" >&2
    exit 64
    ;;
esac
