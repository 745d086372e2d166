#!/bin/sh
# Every check that needs no running program. All of them run, so that one failure does not hide the next; mypy, which
# takes as long as the others together, beside them.
set -u
failed=$(mktemp)
trap 'rm -f "$failed"' EXIT

check() {
    title=$1
    shift
    if output=$("$@" 2>&1 </dev/null); then
        echo "ok      $title"
    else
        echo "$title" >>"$failed"
        # In one piece: the other checks write too.
        printf '%s\n' "FAILED  $title" "$(echo "$output" | sed 's/^/        /')"
    fi
}

check "mypy" .venv/bin/mypy --strict functions credentials cli infra bench conformance drills fuzz app.py tests &
check "ruff check" .venv/bin/ruff check --quiet .
check "ruff format" .venv/bin/ruff format --check --quiet .
check "import contracts" .venv/bin/lint-imports --no-cache
check "cfn-lint" .venv-sam/bin/cfn-lint template.yaml infra/edge.yaml
check "sam validate" env SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=ap-southeast-1 .venv-sam/bin/sam validate --lint
check "ceilings" .venv/bin/python -m infra.ceilings
check "hygiene" .venv/bin/python -m infra.hygiene
check "pages" npm --prefix web run --silent lint
wait

if [ -s "$failed" ]; then
    echo "Failed: $(paste -sd , "$failed" | sed 's/,/, /g')"
    exit 1
fi
echo "All checks passed."
