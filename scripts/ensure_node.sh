#!/bin/sh
# Debian's Node.js for the browser's modules: installed where this may be done, else one line says how.
# With FER_REQUIRE_NODE=1 its absence is a failure.
if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's Node.js for the checks of the browser's modules."
    export DEBIAN_FRONTEND=noninteractive
    if apt-get -qq update && apt-get -qq install -y --no-install-recommends nodejs npm >/dev/null; then
        exit 0
    fi
fi
echo "Skipped: what needs Node.js, since it is absent; to have it: sudo apt-get install nodejs npm"
[ "${FER_REQUIRE_NODE:-}" != 1 ]
