#!/bin/sh
# axe-core (MPL-2.0), which looks for what people with other eyes or hands stumble over; for the test of the pages only.
# It comes from the npm registry by name, once, into .cache/node/axe; where it cannot, one line says so.
version=4.14.1
# A folder of its own: npm takes out of one whatever it was not asked for this time.
tools=.cache/node/axe
cd "$(dirname "$0")/.." || exit 1
command -v npm >/dev/null 2>&1 || exit 0
if grep -q "\"version\": \"$version\"" "$tools/node_modules/axe-core/package.json" 2>/dev/null; then
    exit 0
fi
mkdir -p "$tools"
npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix "$tools" "axe-core@$version" || {
    echo "Skipped: the look at the pages by axe-core, since $version could not be installed from npm's registry."
    [ "${FER_REQUIRE_NODE:-}" != 1 ]
}
