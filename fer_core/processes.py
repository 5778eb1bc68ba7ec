"""Processes of our own: our command line beside the app, and the cores that they may use."""

import math
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_core.config import IMPORT_ROOT, PROJECT_ROOT, settings

_ROOT = Path("/")


def usable_cores(root: Path = _ROOT) -> int:
    """Cores that this process may use, at least one: what it may run on, within its quota.

    A container limits processors by a quota of time, which the number of processors does not
    show. A part of a core counts as none.

    Args:
        root: where ``proc`` and ``sys`` lie.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # neither macOS nor Windows has it
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, math.floor(min([cores, *_quotas(root)])))


def _quotas(root: Path) -> list[float]:
    """Cores by the control groups of this process and those above them; empty without a limit.

    Source: Linux, Documentation/admin-guide/cgroup-v2.rst (``cpu.max``: quota and period in
    microseconds, or ``max``) and scheduler/sched-bwc.rst (version 1: -1 is no quota).
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    mounts = root / "sys/fs/cgroup"
    for line in lines:
        _, controllers, group = (line.split(":", 2) + ["", ""])[:3]
        names = [controllers, "cpu"] if "cpu" in controllers.split(",") else []
        for mount in [mounts] if not controllers else [mounts / name for name in names]:
            # Within a container the group may be named as the host sees it: then only the mount's
            # own figures are there, and they are this container's.
            folder = mount / group.lstrip("/")
            for place in [folder, *folder.parents]:
                if place == mount.parent:
                    break
                found.append(_quota(place))
    return [quota for quota in found if quota is not None]


def _quota(folder: Path) -> float | None:
    try:
        if (folder / "cpu.max").is_file():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text(encoding="ascii")
            period = (folder / "cpu.cfs_period_us").read_text(encoding="ascii")
        share = int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):  # "max" is no number: no limit here
        return None
    return share if share > 0 else None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended.

    Attributes:
        code: its exit code.
        output: what it printed.
        sentence: the last line it said of an error, where it ended as a command of ours that
            could not do what was asked (code 2); else empty.
    """

    code: int
    output: str
    sentence: str


def start(arguments: Sequence[str], *, timeout_s: float, memory_mb: int | None = None) -> Ended:
    """Run our command line in a process of its own, and wait for its end.

    Args:
        memory_mb: as for ``limit_memory``, for what reads strangers' files; None for no limit.

    Raises:
        TimeoutError: it took longer than ``timeout_s`` seconds, and was ended.
    """
    with subprocess.Popen(
        our_command(arguments),
        cwd=PROJECT_ROOT,
        env=our_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        if memory_mb is not None:
            limit_memory(process.pid, memory_mb)
        try:
            output, errors = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise TimeoutError(f"{arguments[0]} took over {timeout_s:.0f} s.") from error
        except BaseException:  # Ctrl-C: it must not go on alone
            process.kill()
            raise
    said = [line for line in errors.splitlines() if line.strip()]
    code = process.returncode
    return Ended(code, output, said[-1] if said and code == 2 else "")


def limit_memory(pid: int, megabytes: int) -> bool:
    """Have a process get no more memory than that, whatever it reads; False where systems other
    than Linux know no such limit for another process.

    What it may write to counts (RLIMIT_DATA), not the files and libraries that it maps.
    """
    if sys.platform != "linux":
        return False
    import resource

    size = megabytes * 1_000_000
    try:
        resource.prlimit(pid, resource.RLIMIT_DATA, (size, size))
    except (OSError, ValueError):  # it ended already, or its own limit is lower
        return False
    return True


def spawn(arguments: Sequence[str], log: Path) -> None:
    """Our command line in a session of its own, so that it ends neither with app nor terminal.

    Args:
        log: what it prints is added there.

    Raises:
        OSError: the process cannot be started, or the log not be written.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            our_command(arguments),
            cwd=PROJECT_ROOT,
            env=our_environment(TF_CPP_MIN_LOG_LEVEL="2"),  # its log is for people
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Somebody has to take note of its end, else its entry stays in the system's table.
    threading.Thread(target=process.wait, daemon=True).start()


def our_command(arguments: Sequence[str], module: str = "fer_core") -> list[str]:
    """The words that run ``python -m fer_core ...`` with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def our_environment(**more: str) -> Mapping[str, str]:
    """This process's environment, for one that works elsewhere: folders are named whole."""
    found = settings()
    path = os.pathsep.join(filter(None, [str(IMPORT_ROOT), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        "FER_DATA_DIR": str(found.data_dir.resolve()),
        "FER_DATA_ROOTS": os.pathsep.join(str(root.resolve()) for root in found.data_roots),
        "PYTHONPATH": path,
        "PYTHONUNBUFFERED": "1",
        **more,
    }
