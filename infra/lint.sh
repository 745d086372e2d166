#!/bin/sh
# Every check that needs no running program. All of them run, so that one failure does not hide the next.
set -u
failed=

check() {
    title=$1
    shift
    if output=$("$@" 2>&1 </dev/null); then
        echo "ok      $title"
    else
        failed="$failed, $title"
        echo "FAILED  $title"
        echo "$output" | sed 's/^/        /'
    fi
}

check "ruff check" .venv/bin/ruff check --quiet .
check "ruff format" .venv/bin/ruff format --check --quiet .
check "mypy" .venv/bin/mypy --strict functions credentials cli infra bench app.py tests
check "import contracts" .venv/bin/lint-imports --no-cache
check "cfn-lint" .venv-sam/bin/cfn-lint template.yaml infra/edge.yaml
check "sam validate" env SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=ap-southeast-1 .venv-sam/bin/sam validate --lint
check "ceilings" .venv/bin/python -m infra.ceilings
check "hygiene" .venv/bin/python -m infra.hygiene
check "pages" npm --prefix web run --silent lint

if [ -n "$failed" ]; then
    echo "Failed: ${failed#, }"
    exit 1
fi
echo "All checks passed."
