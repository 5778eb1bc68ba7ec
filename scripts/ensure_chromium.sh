#!/bin/sh
# Debian's Chromium for the browser tests: installed where this may be done, else one line says how.
# With FER_REQUIRE_BROWSER=1 its absence is a failure.
for name in ${FER_CHROMIUM:-chromium chromium-browser google-chrome}; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's Chromium for the browser tests."
    export DEBIAN_FRONTEND=noninteractive
    if apt-get -qq update && apt-get -qq install -y --no-install-recommends \
        chromium fonts-dejavu-core fonts-liberation >/dev/null; then
        exit 0
    fi
fi
echo "Skipped: the browser tests, since there is no Chromium; to have them: sudo apt-get install chromium"
[ "${FER_REQUIRE_BROWSER:-}" != 1 ]
