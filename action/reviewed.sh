#!/usr/bin/env bash
# Finds out which plan was reviewed for the commit that is being applied.
#
#   reviewed.sh find         which run planned the pull request that COMMIT merged
#   reviewed.sh check FILE   the digest in the review.json of that run, if it is of that pull request
#
# A comment is no source for it: everybody who may write to a repository may edit every comment. What a run
# stored nobody can change afterwards.
#
# Reads from the environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, and for `find`: COMMIT, BRANCH and
# PLAN_WORKFLOW, the file name of the workflow that plans; for `check`: what `find` gave, as PULL_REQUEST,
# HEAD_COMMIT and BRANCH.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/github.sh
. "$here/github.sh"

refuse() {
  echo "refused: $1" >&2
  echo "  help: read a fresh plan, then start this workflow by hand with its digest" >&2
  exit 4
}

hash() {
  if ! [[ $1 =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]]; then
    echo "error: not a commit: $1" >&2
    exit 1
  fi
}

find_run() {
  hash "${COMMIT:?}"
  if ! [[ ${PLAN_WORKFLOW:?} =~ ^[A-Za-z0-9._-]+$ ]]; then
    echo "error: PLAN_WORKFLOW is the name of a file, not: $PLAN_WORKFLOW" >&2
    exit 1
  fi
  local pulls runs head pull run
  pulls=$(github_all "commits/$COMMIT/pulls" | jq -c --arg commit "$COMMIT" --arg branch "${BRANCH:?}" \
    '[.[] | select(.merged_at != null and .merge_commit_sha == $commit and .base.ref == $branch)]')
  case $(jq length <<<"$pulls") in
    0) refuse "commit $COMMIT did not come by a pull request into $BRANCH, so nobody reviewed its plan" ;;
    1) ;;
    *) refuse "commit $COMMIT merged several pull requests, whose plans were reviewed one by one" ;;
  esac
  pull=$(jq -r '.[0].number' <<<"$pulls")
  head=$(jq -r '.[0].head.sha' <<<"$pulls")
  number "$pull"
  hash "$head"
  if ! jq -e --arg here "$GITHUB_REPOSITORY" '.[0].head.repo.full_name == $here' <<<"$pulls" >/dev/null; then
    refuse "pull request $pull came from a fork, and was planned against a snapshot only"
  fi
  # The newest plan is the one that the comment showed when the pull request was merged.
  runs=$(github GET "actions/workflows/$PLAN_WORKFLOW/runs?event=pull_request&head_sha=$head&per_page=100")
  run=$(jq -c --arg here "$GITHUB_REPOSITORY" --arg head "$head" \
    '[.workflow_runs[] | select(.head_repository.full_name == $here and .head_sha == $head)]
     | max_by(.run_number) // empty' <<<"$runs")
  if [ -z "$run" ]; then refuse "no run of $PLAN_WORKFLOW planned commit $head of pull request $pull"; fi
  if [ "$(jq -r .conclusion <<<"$run")" != success ]; then
    refuse "the last plan of pull request $pull did not succeed"
  fi
  run=$(jq -r .id <<<"$run")
  number "$run"
  "$here/output.sh" "run-id=$run" "pull-request=$pull" "head-commit=$head"
}

check() {
  local file=$1 digest allowed
  if ! jq -e --arg number "${PULL_REQUEST:?}" --arg commit "${HEAD_COMMIT:?}" --arg base "${BRANCH:?}" \
    --arg project "${PROJECT:-.}" '.format == "zdsync.review/1" and .pull_request == $number and .commit == $commit
      and .base == $base and .project == $project' "$file" >/dev/null; then
    refuse "the stored plan is not of pull request $PULL_REQUEST, commit $HEAD_COMMIT, project ${PROJECT:-.}"
  fi
  digest=$(jq -r .digest "$file")
  allowed=$(jq -r .allow_removals "$file")
  if ! [[ $digest =~ ^[0-9a-f]{64}$ ]]; then refuse "the stored plan has no digest to apply"; fi
  "$here/output.sh" "digest=$digest" "allow-removals=$allowed"
}

case ${1:-} in
  find) find_run ;;
  check) check "${2:?}" ;;
  *)
    echo "usage: reviewed.sh find | reviewed.sh check FILE" >&2
    exit 64
    ;;
esac
