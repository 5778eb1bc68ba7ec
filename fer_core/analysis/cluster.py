"""Many files on a Ray cluster: the contract of ``pool.run_tasks``, on several machines.

Every machine sees Mien, the files and the folder of the results under the same paths. An actor is
what a worker process is in the pool: it loads the networks once and analyses file after file.
"""

import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Progress, Task
from fer_core.analysis.pool import given_up
from fer_core.analysis.results import discard_part
from fer_core.config import IMPORT_ROOT
from fer_core.errors import ConfigError, FerError
from fer_core.workers import ONE_THREAD

#: With no actor at work or able to start for so long, the cluster has no core for us.
IDLE_LIMIT_S: Final = 120.0
#: How soon Ray knows that a machine is gone whose actor has just died.
_NODE_GRACE_S: Final = 5.0
_TICK_S: Final = 0.25
#: Settings that change what an analysis gives; secrets stay with the leading process.
_SETTINGS: Final = (
    *("FER_DATA_DIR", "FER_MODEL", "FER_DETECTOR", "FER_YUNET_MODEL"),
    *("FER_MAX_BYTES", "FER_MAX_DURATION_S", "FER_MAX_PIXELS"),
)


def load_ray() -> Any:
    """The module ``ray``; it sends no usage statistics.

    Raises:
        ConfigError: Ray is not installed.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # read when it is imported
    try:
        import ray
    except ImportError as error:
        raise ConfigError(
            "--cluster needs Ray: pip install -r requirements-ray.txt, here and on every machine."
        ) from error
    return ray


class EngineActor:
    """What runs on the cluster. Two threads: one analyses, one tells how far it is."""

    def __init__(self, options: dict[str, Any], out: str, mark: str, folder: str) -> None:
        self._arguments = options, out, mark, folder
        self._engine: Any = None
        self._progress: Progress | None = None

    def start(self) -> dict[str, str]:
        """Load the networks; the machine's id, or under ``error`` what is missing."""
        import ray

        from fer_core.analysis.engine import Engine

        options, out, mark, folder = self._arguments
        try:
            os.chdir(folder)  # paths are as the person gave them
            self._engine = Engine(AnalysisOptions.from_dict(options), Path(out), mark=mark)
        except FerError as error:
            return {"error": str(error)}
        except OSError:
            return {"error": f"A machine of the cluster has no folder {folder}; share it."}
        return {"node": ray.get_runtime_context().get_node_id()}

    def analyze(self, task: dict[str, Any]) -> dict[str, Any]:
        """``Engine.analyze`` in plain values."""
        outcome: Outcome = self._engine.analyze(Task(**task), self._hear)
        return outcome.to_dict()

    def progress(self) -> dict[str, Any] | None:
        """How far the video under way is."""
        return asdict(self._progress) if self._progress is not None else None

    def _hear(self, progress: Progress) -> None:
        self._progress = progress


@dataclass(slots=True, eq=False)
class _Worker:
    """An actor seen from the leading process."""

    actor: Any
    mark: str
    ref: Any = None
    node: str = ""
    task: Task | None = None
    asked: Any = None


class _Cluster:
    """The connection, and the actors made through it."""

    def __init__(self, address: str, options: AnalysisOptions, out: Path) -> None:
        self.ray = load_ray()
        self._options, self._out = options, out.resolve()
        _check_address(address)
        try:
            self.ray.init(
                address=address,
                log_to_driver=False,
                logging_level="ERROR",
                runtime_env={"env_vars": _environment()},
            )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise ConfigError(_no_cluster(address)) from error
        self._class = self.ray.remote(num_cpus=1, max_concurrency=2)(EngineActor)

    @property
    def cores(self) -> int:
        """Processors of all its machines together."""
        return max(1, int(self.ray.cluster_resources().get("CPU", 1)))

    def hire(self) -> _Worker:
        """Ask for an actor; it starts when a machine has a core for it."""
        # Results begun by an actor whose machine is cut off, not dead, are never another's.
        mark = f".{secrets.token_hex(4)}"
        where = str(self._out), mark, str(Path.cwd())
        actor = self._class.remote(self._options.to_dict(), *where)
        return _Worker(actor, mark, ref=actor.start.remote())

    def has_lost(self, node: str) -> bool:
        """Whether a machine is gone, as far as is known after a moment."""
        until_s = time.monotonic() + _NODE_GRACE_S
        while time.monotonic() < until_s:
            if not any(n["Alive"] and n["NodeID"] == node for n in self.ray.nodes()):
                return True
            time.sleep(_TICK_S)
        return False

    def dismiss(self, worker: _Worker) -> None:
        """End an actor, and remove what it had begun."""
        with suppress(Exception):  # it may be gone, with its machine or the whole cluster
            self.ray.kill(worker.actor)
        if worker.task is not None:
            discard_part(self._out, worker.task.stem, worker.mark)

    def close(self) -> None:
        self.ray.shutdown()


def _no_cluster(address: str) -> str:
    return (
        f"There is no Ray cluster at {address}; start one with ray start --head "
        "--disable-usage-stats, run this on one of its machines, and give host:port or auto."
    )


def _check_address(address: str) -> None:
    """Ray itself would wait for two minutes, and then end this process."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=5.0).close()
    except (OSError, ValueError) as error:
        raise ConfigError(_no_cluster(address)) from error


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(IMPORT_ROOT), os.environ.get("PYTHONPATH")]))
    chosen = {name: os.environ[name] for name in _SETTINGS if name in os.environ}
    return ONE_THREAD | chosen | {"PYTHONPATH": path}


def run_on_cluster(
    tasks: Sequence[Task],
    options: AnalysisOptions,
    out: Path,
    *,
    address: str,
    jobs: int | None = None,
    tell: Callable[[Task, Progress], None] | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """Analyse all files on a Ray cluster; outcomes in the order in which they end.

    A file whose machine goes away is given to another, as often as that happens; a file that ends
    its process on a machine that stays is tried once more, as in the pool. Closing the iterator
    ends all actors and the connection.

    Args:
        tasks: what to do; paths that every machine of the cluster sees.
        options: how.
        out: folder of the results; exists, and every machine sees it.
        address: ``host:port`` of the cluster's head, or ``auto`` for the one on this machine.
        jobs: actors at most; one per core of the cluster where None.
        tell: called with the progress of videos.
        is_cancelled: asked several times a second; True ends the run.

    Raises:
        ConfigError: Ray is not installed, or no cluster is at the address.
        FerError: the actors cannot start; the message says why.
    """
    cluster = _Cluster(address, options, out)
    waiting = deque(tasks)
    tried: set[str] = set()
    wanted = min(jobs or cluster.cores, len(tasks))
    workers = [cluster.hire() for _ in range(wanted)]
    failed_starts, active_s = 0, time.monotonic()
    try:
        while workers and not is_cancelled():
            done, _ = cluster.ray.wait([w.ref for w in workers], timeout=_TICK_S)
            if any(w.task is not None for w in workers):
                active_s = time.monotonic()
            if time.monotonic() - active_s > IDLE_LIMIT_S:
                raise FerError(
                    f"No machine of the cluster had a free core for {IDLE_LIMIT_S:.0f} s; end "
                    "what runs there or add machines, then run this again with --resume."
                )
            if tell is not None:
                _ask_progress(cluster.ray, workers, tell)
            for worker in [w for w in workers if w.ref in done]:
                try:
                    answer = cluster.ray.get(worker.ref)
                except cluster.ray.exceptions.RayError as error:
                    workers.remove(worker)
                    task, node = worker.task, worker.node
                    cluster.dismiss(worker)
                    if task is None:
                        failed_starts += 1
                        if failed_starts > wanted + 2:
                            raise FerError(_cannot_start(error)) from error
                    elif cluster.has_lost(node):
                        waiting.appendleft(task)
                    elif task.file in tried:
                        yield given_up(task, "its actor died")
                    else:
                        tried.add(task.file)
                        waiting.appendleft(task)
                    if waiting:
                        workers.append(cluster.hire())
                    continue
                if "error" in answer:
                    raise FerError(answer["error"])
                if "node" in answer:
                    worker.node = answer["node"]
                else:
                    worker.task = None
                    yield Outcome.from_dict(answer)
                if waiting:
                    worker.task = waiting.popleft()
                    worker.ref = worker.actor.analyze.remote(worker.task.to_dict())
                else:
                    workers.remove(worker)
                    cluster.dismiss(worker)
            if not waiting and not any(w.task for w in workers):
                break  # those that were still to start have nothing to do
    finally:
        for worker in workers:
            cluster.dismiss(worker)
        cluster.close()


def _ask_progress(
    ray: Any, workers: Sequence[_Worker], tell: Callable[[Task, Progress], None]
) -> None:
    """One question per actor is under way; an answer that came is told."""
    for worker in workers:
        if worker.task is None:
            continue
        if worker.asked is None:
            worker.asked = worker.actor.progress.remote()
        elif ray.wait([worker.asked], timeout=0)[0]:
            with suppress(ray.exceptions.RayError):  # its end is seen where its work is
                values = ray.get(worker.asked)
                if values is not None:
                    tell(worker.task, Progress(**values))
            worker.asked = None


def _cannot_start(error: Exception) -> str:
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return (
        f"The analysis could not be started on the cluster ({lines[-1] if lines else error}); "
        "every machine needs Mien and Python's packages under the same paths as this one."
    )
