#!/bin/sh
# The browser tests drive the system's Chromium. Installs it when this machine lets us, else says what to do.
set -eu

for browser in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$browser" >/dev/null 2>&1; then
        exit 0
    fi
done
[ -n "${EPIPASS_CHROMIUM:-}" ] && [ -x "${EPIPASS_CHROMIUM}" ] && exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    # -n: never ask for a password in the middle of a test run.
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && as_root="sudo -n"
fi
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" -eq 0 ] || [ -n "$as_root" ]; }; then
    echo "Installing Chromium for the browser tests (apt-get install chromium)…"
    $as_root apt-get update -qq </dev/null || true
    if DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends chromium </dev/null >/dev/null; then
        exit 0
    fi
fi
cat >&2 <<'MESSAGE'
The browser tests need Chromium, and it could not be installed from here. Do one of these, then run make test again:
  Debian or Ubuntu:  sudo apt-get install chromium
  Fedora:            sudo dnf install chromium
  macOS:             brew install --cask chromium
  elsewhere:         EPIPASS_CHROMIUM=/path/to/chromium make test
MESSAGE
exit 1
