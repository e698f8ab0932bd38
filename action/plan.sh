#!/usr/bin/env bash
# Checks the manifests of a project and plans them, for a pull request, a merge request or a night's look.
#
# Reads from the environment:
#   ZDSYNC             the program; default zdsync
#   PROJECT            the project's folder; default .
#   OUT                the folder to write to; made where it is missing
#   SNAPSHOT           plan against this snapshot, with an empty environment; without it, against the account
#   ALLOW_REMOVALS     raised limits, such as users=12,groups=2
#   PULL_REQUEST       the number of the pull request; none outside of one
#   HEAD_COMMIT        the commit that is planned
#   BASE_BRANCH        the branch that it is for
#   RUN_URL            where the log of this run is read
#   GITHUB_EVENT_PATH  GitHub's account of what happened; pull requests from forks are refused by it without SNAPSHOT
#   GITHUB_OUTPUT      where outputs go, on GitHub
#
# Writes plan.md (the comment), plan.sarif (the mistakes in manifests) and review.json (what was planned). Ends
# well whatever the plan is: the exit code of zdsync stands in review.json and in the output exit-code.
set -euo pipefail
shopt -s inherit_errexit

zdsync=${ZDSYNC:-zdsync}
project=${PROJECT:-.}
out=${OUT:?}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)

stop() {
  echo "error: $1" >&2
  exit 1
}

# Text from elsewhere must not be read as a workflow command.
show() {
  local word
  word=stop-$RANDOM$RANDOM$RANDOM$RANDOM
  if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::stop-commands::$word"; fi
  cat "$1"
  if [ -n "${GITHUB_ACTIONS:-}" ]; then echo "::$word::"; fi
}

if ! [[ $project =~ ^[A-Za-z0-9._/-]+$ ]] || [[ $project == *--* ]]; then
  stop "PROJECT may hold letters, digits and . _ / - only, not: $project"
fi
if [ -n "${ALLOW_REMOVALS:-}" ] && ! [[ $ALLOW_REMOVALS =~ ^[a-z_]+=[0-9]+(,[a-z_]+=[0-9]+)*$ ]]; then
  stop "ALLOW_REMOVALS is written as users=12,groups=2, not: $ALLOW_REMOVALS"
fi

run=("$zdsync" --color never -C "$project")
flags=()
if [ -n "${SNAPSHOT:-}" ]; then
  # Whoever wrote these manifests gets nothing of what this job knows.
  run=(env -i "PATH=$PATH" COLUMNS=120 "${run[@]}")
  flags+=(--snapshot "$(realpath "$SNAPSHOT")")
elif [ -f "${GITHUB_EVENT_PATH:-}" ]; then
  if jq -e --arg here "${GITHUB_REPOSITORY:?}" \
    '.pull_request != null and .pull_request.head.repo.full_name != $here' "$GITHUB_EVENT_PATH" >/dev/null; then
    stop "a pull request from a fork is planned against a snapshot only: its manifests decide which account is asked"
  fi
fi
if [ -n "${ALLOW_REMOVALS:-}" ]; then flags+=(--allow-removals "$ALLOW_REMOVALS"); fi

code=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${run[@]}" validate --format sarif >"$out/plan.sarif" 2>"$work/said" || code=$?
if [ "$code" -ne 0 ]; then
  title="the manifests have mistakes"
  if [ -n "${GITHUB_ACTIONS:-}" ]; then "${run[@]}" validate --format github || true; fi
  "${run[@]}" validate >"$work/text" 2>>"$work/text" || true
else
  "${run[@]}" plan --format markdown --detailed-exitcode "${flags[@]}" >"$work/plan.md" 2>"$work/text" || code=$?
  title="no plan could be made"
fi
show "$work/text" >&2

changes=false
refused=false
digest=
case $code in
  0) ;;
  2) changes=true ;;
  4) refused=true ;;
esac
if [ "$code" -eq 2 ]; then code=0; fi

# Every form begins alike, so that the next run finds the comment of this project.
{
  echo "<!-- zdsync:plan -->"
  echo "<!-- zdsync:project $project -->"
  if [ -s "$work/plan.md" ]; then
    tail -n +2 "$work/plan.md"
    # The last line is the plan's own; no name stands in it.
    digest=$(sed -nE '$s/.*Digest `([0-9a-f]{64})`.*/\1/p' "$work/plan.md")
    if [ "$refused" = true ] || [ -n "${SNAPSHOT:-}" ]; then digest=; fi
  else
    fence='```'
    while grep -qF "$fence" "$work/text"; do fence+='`'; done
    printf '### zdsync: %s\n\n%stext\n' "$title" "$fence"
    jq -Rrs 'if length > 50000 then .[0:50000] + "\n… and more: see the log" else . end' "$work/text"
    echo "$fence"
  fi
  if [ -n "${HEAD_COMMIT:-}" ]; then printf '\n<sub>Commit %s' "$HEAD_COMMIT"; else printf '\n<sub>'; fi
  if [ -n "${SNAPSHOT:-}" ]; then printf ' · planned against a snapshot: not to be applied by its digest'; fi
  if [ -n "${RUN_URL:-}" ]; then printf ' · [log](%s)' "$RUN_URL"; fi
  printf '</sub>\n'
} >"$out/plan.md"

jq -n --arg digest "$digest" --argjson code "$code" --argjson changes "$changes" --argjson refused "$refused" \
  --arg project "$project" --arg number "${PULL_REQUEST:-}" --arg commit "${HEAD_COMMIT:-}" \
  --arg base "${BASE_BRANCH:-}" --arg allowed "${ALLOW_REMOVALS:-}" '{
    format: "zdsync.review/1", project: $project, pull_request: $number, commit: $commit, base: $base,
    exit_code: $code, has_changes: $changes, refused: $refused, digest: $digest, allow_removals: $allowed
  }' >"$out/review.json"

"$here/output.sh" "exit-code=$code" "has-changes=$changes" "refused=$refused" "digest=$digest" \
  "comment-file=$out/plan.md" "sarif-file=$out/plan.sarif" "review-file=$out/review.json"
