#!/usr/bin/env bash
# Finds the run of the applying workflow whose receipts are the newest: gives `run-id`, empty where there are none.
#
# Reads from the environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, BRANCH, APPLY_WORKFLOW, the
# workflow's file name, and ARTIFACT, the name under which it keeps receipts.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/github.sh
. "$here/github.sh"

if ! [[ ${APPLY_WORKFLOW:?} =~ ^[A-Za-z0-9._-]+$ && ${ARTIFACT:?} =~ ^[A-Za-z0-9._-]+$ ]]; then
  echo "error: APPLY_WORKFLOW and ARTIFACT are names of letters, digits and . _ -" >&2
  exit 1
fi
if ! answer=$(github GET "actions/workflows/$APPLY_WORKFLOW/runs?status=completed&per_page=30"); then
  # A workflow is not known before it is on the default branch.
  if [ "$(jq -r .message <<<"$answer")" != "Not Found" ]; then exit 1; fi
  answer='{ "workflow_runs": [] }'
fi
runs=$(jq -r --arg branch "${BRANCH:?}" --arg here "$GITHUB_REPOSITORY" '.workflow_runs
    | map(select(.head_branch == $branch and .head_repository.full_name == $here))
    | sort_by(-.run_number) | .[].id' <<<"$answer")
found=
for run in $runs; do
  number "$run"
  kept=$(github GET "actions/runs/$run/artifacts?name=$ARTIFACT" |
    jq '[.artifacts[] | select(.expired | not)] | length')
  if [ "$kept" -gt 0 ]; then
    found=$run
    break
  fi
done
"$here/output.sh" "run-id=$found"
