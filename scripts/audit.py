"""Known vulnerabilities of the pinned packages, and plainly which of them could not be looked up.

usage: audit.py [requirements.txt ...]   (pip-audit comes by its name from the package index, once)

Exit codes: 0 none is known, 1 some are, 2 not all packages could be looked up.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PIP_AUDIT = "pip-audit==2.10.1"
TIMEOUT_S = 300.0


def summarize(found: dict[str, Any]) -> tuple[str, int]:
    """What pip-audit's JSON says, in lines, and the exit code."""
    packages = found.get("dependencies", [])
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in packages
        for hole in one.get("vulns", [])
    ]
    known = len(lines)
    looked_up = len(packages) - len(skipped)
    lines.append(f"{looked_up} of {len(packages)} packages looked up, {known} known holes.")
    if not looked_up:
        lines.append(
            "No source of advisories was reached: nothing is known of these pins. Run this where "
            "the package index also answers questions about vulnerabilities."
        )
    elif skipped:
        lines.append(f"Not looked up: {', '.join(skipped)}.")
    return "\n".join(lines), 1 if known else 2 if skipped or not packages else 0


def audit(names: list[str], tools: Path) -> tuple[str, int]:
    """Run pip-audit on files of pins; what it found, and the exit code."""
    files = [word for name in names for word in ("--requirement", name)]
    words = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json", *files]
    try:
        done = subprocess.run(
            [str(tools / "uv"), "tool", "run", PIP_AUDIT, *words],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return summarize(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        reason = f"no answer within {TIMEOUT_S:.0f} s"
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
    return f"The pins could not be looked up ({reason}): nothing is known of them.", 2


if __name__ == "__main__":
    text, code = audit(sys.argv[1:] or ["requirements.txt"], Path(sys.executable).parent)
    print(text)
    sys.exit(code)
