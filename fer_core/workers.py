"""Worker processes that read strangers' files: one thread each, limited memory, pipes to talk.

Each is a module of ours with a ``main`` that reads requests from stdin and answers on stdout.
"""

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, Final

from fer_core import errors
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.processes import limit_memory, our_command, our_environment

#: Threads are counted when a library is loaded. One each: processes are what runs in parallel.
ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


def start_worker(module: str, log: IO[str] | None = None) -> subprocess.Popen[bytes]:
    """A process that runs ``python -m module`` with the memory of FER_WORKER_MB at most.

    Ctrl-C reaches the leading process only, which ends this one.

    Args:
        log: what it says of errors goes there; None for nowhere.

    Raises:
        OSError: it cannot be started.
    """
    process = subprocess.Popen(
        our_command([], module),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if log is None else log,
        env=our_environment(**ONE_THREAD),
        start_new_session=True,
    )
    limit_memory(process.pid, settings().worker_mb)
    return process


def end_worker(process: subprocess.Popen[bytes]) -> int:
    """Kill it, where it still runs; its exit code, negative for a signal."""
    process.kill()
    return process.wait()


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    """Free the pipes of one that has ended, once nobody reads them any more."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was still to be written has nobody to read it
                stream.close()


def error_of(answer: Mapping[str, Any]) -> FerError:
    """The error that a worker told of as ``{"error", "kind"}``, of the class it had there."""
    kind = getattr(errors, str(answer.get("kind")), FerError)
    is_ours = isinstance(kind, type) and issubclass(kind, FerError)
    return kind(answer["error"]) if is_ours else FerError(answer["error"])
