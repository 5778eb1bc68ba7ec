"""Timed work in processes of their own, one thread each, that take turns on the same frames.

A worker is a module that calls ``serve(make_step)``. Taking turns in one run is what makes a ratio
meaningful: a busy machine slows both sides. Only the standard library and NumPy are used here, so
that a worker can run in another environment, of another Python.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Self

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
#: Threads are counted when a library is loaded, so the limits are set before a worker starts.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    + ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    "1",
)

#: Analyses the frame of an index; returns what is worth reporting besides the time.
Step = Callable[[int], dict[str, Any]]


class WorkerError(RuntimeError):
    """A worker that could not start or stopped; the message ends with what it printed last."""


def serve(make_step: Callable[[np.ndarray, list[str]], Step]) -> None:
    """Body of a worker: answer each index on stdin by a line of JSON on stdout.

    ``ms`` is wall-clock time; ``cpu_ms`` the processor time of all threads, which a busy machine
    disturbs less.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries may print what they like
    step = make_step(np.load(sys.argv[1], mmap_mode="r"), sys.argv[2:])
    step(0)  # the first call allocates and compiles
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        index = int(line)
        start, cpu_start = perf_counter(), process_time()
        result = step(index)
        result["ms"] = (perf_counter() - start) * 1000
        result["cpu_ms"] = (process_time() - cpu_start) * 1000
        print(json.dumps(result), file=answers, flush=True)


class Worker:
    """A worker seen from outside.

    Args:
        module: its name, like ``bench.ours``.
        frames: a ``.npy`` file, (N, height, width, 3) uint8 BGR.
        args: further arguments of the worker.
        python: the interpreter of its environment.
    """

    def __init__(self, module: str, frames: Path, *args: str, python: str = sys.executable) -> None:
        self._module = module
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by __exit__
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [python, "-m", module, str(frames), *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )

    def wait_ready(self) -> None:
        """Wait until the worker has loaded everything and made its first step."""
        self._answer()

    def step(self, index: int) -> dict[str, Any]:
        """Analyse a frame; the worker's own figures, ``ms`` and ``cpu_ms``."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{index}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # what happened is in the log, which `_answer` shows
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._log.seek(0)
            last = self._log.read().strip().splitlines()[-1:] or ["it printed nothing"]
            raise WorkerError(f"{self._module} stopped: {last[0]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()


def take_turns(
    workers: dict[str, Worker], count: int, block: int = 10
) -> dict[str, list[dict[str, Any]]]:
    """Every worker's answers to the frames 0..count-1, in turns of ``block`` frames.

    Blocks, since a single frame in turn would be measured with the other's data in the caches.
    """
    for worker in workers.values():
        worker.wait_ready()
    answers: dict[str, list[dict[str, Any]]] = {name: [] for name in workers}
    for start in range(0, count, block):
        for name, worker in workers.items():
            answers[name] += [worker.step(i) for i in range(start, min(start + block, count))]
    return answers
