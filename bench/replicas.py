"""``bench replicas``: the visits of ``bench visits``, to one process and to several behind nginx.

All run on this machine, so that the cores are shared: what is shown is whether a second process
costs more for each visitor, or brings anything, and how evenly nginx spreads them. Replicas share a
folder and its SQLite file; nginx runs with ``deploy/nginx-replicas.conf``.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.visits import browser_tools, serve, summarise, visit_all
from fer_core.errors import ConfigError

MOST = 4


def cpu_s(pid: int) -> float:
    """Processor seconds that a process used so far; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(folder: Path, count: int, visits: int) -> dict[str, Any]:
    """The visits to so many processes; see ``summarise``, and ``cpu_s_per_visit`` and
    ``spread``: each process's part of the processor time."""
    from tests.e2e.browser import free_port
    from tests.nginx import run_nginx

    chromium, camera_args, write_camera_video = browser_tools()
    args = camera_args(write_camera_video(folder / "face.mjpeg", with_face=True))
    with ExitStack() as stack:
        served = [stack.enter_context(serve(folder)) for _ in range(count)]
        address = served[0][0]
        if count > 1:
            ports = [int(one.rpartition(":")[2]) for one, _ in served]
            address = stack.enter_context(run_nginx(folder / "nginx", ports, free_port()))
        before = [cpu_s(pid) for _, pid in served]
        outcomes = asyncio.run(visit_all(chromium, args, address, visits))
        used = [cpu_s(pid) - past for (_, pid), past in zip(served, before, strict=True)]
    whole = sum(used)
    return {
        "replicas": count,
        **summarise(outcomes),
        "cpu_s_per_visit": round(whole / max(1, len(outcomes)), 2),
        "spread": [round(one / whole, 2) if whole else None for one in used],
    }


def main(counts: Sequence[int], visits: int, *, as_json: bool) -> None:
    """Measure one count after the other, and print.

    Raises:
        ConfigError: a count is outside 1 to 4, a program is not installed, or the app does not
            start.
    """
    import shutil

    if not counts or not all(1 <= count <= MOST for count in counts):
        raise ConfigError(f"Replicas are 1 to {MOST}. Received: {', '.join(map(str, counts))}.")
    if max(counts) > 1 and not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()):
        raise ConfigError(
            "Several replicas need nginx, which is absent: install it (on Debian: apt-get install "
            "nginx-light)."
        )
    found = []
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            found.append(measure(Path(name), count, visits))
    print(json.dumps(found) if as_json else "\n".join(map(_words, found)))


def _words(figures: dict[str, Any]) -> str:
    told = (
        f"{figures['replicas']} replicas, {figures['visits']} visits: {figures['failed']} without "
        f"a picture; {figures['cpu_s_per_visit']:.2f} s of processor time a visit, spread "
        f"{' : '.join(map(str, figures['spread']))}"
    )
    if figures["median_s"] is not None:
        told += (
            f"; press to label median {figures['median_s']:.2f} s, 95 % within "
            f"{figures['p95_s']:.2f} s"
        )
    return told
