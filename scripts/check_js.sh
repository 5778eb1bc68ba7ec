#!/bin/sh
# The types of the browser's modules, by TypeScript's compiler; nothing is compiled, they run as they are.
# usage: check_js.sh   (TypeScript comes from the npm registry by name, once, into .cache/node/typescript)
version=7.0.2
# A folder of its own: npm takes out of one whatever it was not asked for this time.
tools=.cache/node/typescript
cd "$(dirname "$0")/.." || exit 1
scripts/ensure_node.sh || exit 1
command -v npm >/dev/null 2>&1 || exit 0
if [ "$("$tools/node_modules/.bin/tsc" --version 2>/dev/null)" != "Version $version" ]; then
    mkdir -p "$tools"
    npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix "$tools" \
        "typescript@$version" || {
        echo "TypeScript $version could not be installed: npm must reach its registry."
        exit 1
    }
fi
exec "$tools/node_modules/.bin/tsc" --project fer_core/app/frontend
