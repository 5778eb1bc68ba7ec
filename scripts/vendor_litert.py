"""Renew what the browser runs networks with: LiteRT.js, from the npm registry's own packages.

usage: .venv/bin/python scripts/vendor_litert.py

Takes the two packages by name and version, checks them against the digests below, and writes to
``fer_core/app/frontend/vendor/litert``: the library as it is but for one import (a browser's worker
knows no names of packages), its WebAssembly compressed, the licence, and VERSION.json with the
sha256 of every file. For another version change ``VERSION``, run with ``--new`` and put the digests
that it prints here.
"""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "2.5.3"
#: Package -> sha256 of its archive.
ARCHIVES = {
    "@litertjs/core": "a97660833e9e7e1063c95e12016718881240b14f7438728a2f62785e912d30fd",
    "@litertjs/wasm-utils": "ce2a1f8379c067be49e59752e5a7f40db6be09f6e497f0f11e59f17b515366a7",
}
#: Of the four builds the one for every browser with SIMD. The one with relaxed SIMD was not faster
#: (``bench device``), threads would need headers that close the page to other sites' frames, and
#: the last one is for a GPU.
BUILDS = ("litert_wasm_compat_internal",)
ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "fer_core" / "app" / "frontend" / "vendor" / "litert"
_IMPORT = 'from "@litertjs/wasm-utils"'
_NOTE = "// Changed for Mien: one import names a file instead of a package.\n"


def fetch(package: str, *, any_digest: bool) -> dict[str, bytes]:
    """Path -> content of a package's files."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{package}@{VERSION}"], cwd=folder, check=True)
        content = next(Path(folder).glob("*.tgz")).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if any_digest:
        print(f'    "{package}": "{digest}",')
    elif digest != ARCHIVES[package]:
        sys.exit(f"{package}@{VERSION} is not the known one. Received: sha256 {digest}.")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {
            member.name.removeprefix("package/"): file.read()
            for member in archive
            if member.isfile() and (file := archive.extractfile(member)) is not None
        }


def vendored(core: dict[str, bytes], utils: dict[str, bytes]) -> dict[str, bytes]:
    """Name -> content of the files to keep."""
    library = core["dist/index.js"].decode()
    if library.count(_IMPORT) != 1:
        sys.exit(
            f"dist/index.js does not hold {_IMPORT} once: look at it, then change this script."
        )
    library = _NOTE + library.replace(_IMPORT, 'from "./wasm-utils.js"')
    files = {
        "index.js": _without_map(library),
        "index.d.ts": core["dist/index.d.ts"],
        "wasm-utils.js": _without_map(utils["dist/index.js"].decode()),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),  # Apache-2.0, which the packages only name
    }
    for build in BUILDS:
        files[f"{build}.js"] = core[f"wasm/{build}.js"]
        files[f"{build}.wasm.gz"] = gzip.compress(core[f"wasm/{build}.wasm"], 9, mtime=0)
    return files


def _without_map(script: str) -> bytes:
    """The script without the line that names its source map, which is not kept."""
    lines = script.splitlines()
    return ("\n".join(one for one in lines if not one.startswith("//# source")) + "\n").encode()


def main() -> None:
    """Fetch, check, write."""
    any_digest = "--new" in sys.argv
    core, utils = (fetch(package, any_digest=any_digest) for package in ARCHIVES)
    if b'"license": "Apache-2.0"' not in core["package.json"]:
        sys.exit("The licence has changed: look at package.json.")
    files = vendored(core, utils)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    about = {
        "packages": dict.fromkeys(ARCHIVES, VERSION),
        "licence": "Apache-2.0",
        "source": "npm registry, by scripts/vendor_litert.py",
        "sha256": {
            name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())
        },
    }
    (FOLDER / "VERSION.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"{len(files)} files, {sum(map(len, files.values())) / 2**20:.1f} MiB in {FOLDER}")


if __name__ == "__main__":
    main()
