"""Real processes of the app, started as people start them, and what they cost."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from fer_core.config import PROJECT_ROOT


@dataclass
class Started:
    """A running command."""

    process: psutil.Popen
    begun_s: float
    lines: list[str] = field(default_factory=list)

    def wait_for_line(self, part: str, timeout_s: float = 120.0) -> str:
        """The first line printed that holds the text; fails where the command ends before."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            for line in tuple(self.lines):
                if part in line:
                    return line
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"{part!r} was not printed: {self.lines}")

    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.perf_counter() - self.begun_s

    def cpu_s(self) -> float:
        """Processor time used so far."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    def memory_mb(self) -> float:
        """Resident memory of the process and all that it started."""
        tree = [self.process, *self.process.children(recursive=True)]
        return float(sum(one.memory_info().rss for one in tree)) / 2**20


@contextmanager
def start(*command: str, data_dir: Path, cwd: Path = PROJECT_ROOT, **env: str) -> Iterator[Started]:
    """Run `python COMMAND...` in the project's folder; ends it, and all it started, afterwards."""
    begun_s = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "FER_DATA_DIR": str(data_dir), **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = Started(process, begun_s)

    def read() -> None:
        for line in process.stdout:
            started.lines.append(line.rstrip("\n"))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield started
    finally:
        family = [*process.children(recursive=True), process] if process.is_running() else []
        if process.poll() is None:
            process.terminate()
        _, left = psutil.wait_procs(family, timeout=20)
        for one in left:
            one.kill()
        process.wait(timeout=20)
        reader.join(20)
