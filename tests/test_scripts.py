"""The scripts that fetch tools leave each other's alone, with an npm that prunes as npm does."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.browser import ROOT
from tests.e2e.test_pages import AXE

#: Takes everything out of the folder but the last package of its words, and notes that it was run.
NPM = """#!/bin/sh
echo run >> "$NPM_RUNS"
while [ $# -gt 1 ]; do [ "$1" = --prefix ] && prefix=$2; shift; done
name=${1%@*} version=${1##*@} modules=$prefix/node_modules
rm -rf "$modules" && mkdir -p "$modules/.bin" "$modules/$name"
printf '{\\n  "version": "%s"\\n}\\n' "$version" > "$modules/$name/package.json"
touch "$modules/$name/axe.min.js"
if [ "$name" = typescript ]; then
    printf '#!/bin/sh\\necho "Version %s"\\n' "$version" > "$modules/.bin/tsc"
    chmod +x "$modules/.bin/tsc"
fi
"""


@pytest.mark.skipif(os.name == "nt", reason="the scripts are of a POSIX shell")
def test_the_compiler_and_axe_do_not_take_each_other_out(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "bin").mkdir()
    for name, text in {"npm": NPM, "node": "#!/bin/sh\n"}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    runs = tmp_path / "runs"
    environment = os.environ | {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NPM_RUNS": str(runs),
    }
    scripts = [tmp_path / "scripts" / name for name in ("ensure_axe.sh", "check_js.sh")]
    for script in scripts * 2:
        subprocess.run(["sh", script], env=environment, check=True)
    assert (tmp_path / AXE.relative_to(ROOT)).is_file()
    assert runs.read_text().count("run") == 2, "each was fetched once"
