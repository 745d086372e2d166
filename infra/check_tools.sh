#!/bin/sh
# Says what is missing before anything is downloaded. Prints the Python to use on success.
set -eu

for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
    [ -n "$candidate" ] || continue
    command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "${python:-}" ]; then
    echo "epipass needs Python 3.11 or newer, and none was found." >&2
    echo "  Debian or Ubuntu: apt install python3 python3-venv     macOS: brew install python@3.13" >&2
    echo "  If it is installed elsewhere: make PYTHON=/path/to/python …" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$python cannot make virtual environments: install its venv package (Debian or Ubuntu: apt install python3-venv)." >&2
    exit 1
fi

version=$(node --version 2>/dev/null | sed 's/^v//; s/\..*//') || version=
if [ -z "$version" ] || [ "$version" -lt 20 ] || ! command -v npm >/dev/null 2>&1; then
    echo "epipass builds its pages with Node.js 20 or newer and npm; found: $(node --version 2>/dev/null || echo none)." >&2
    echo "  Debian or Ubuntu: apt install nodejs npm     macOS: brew install node" >&2
    exit 1
fi
echo "$python"
