"""What runs there are and how each one stands."""

import re
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from fer_core.config import settings
from fer_core.errors import InputError
from fer_core.locks import is_held
from fer_core.text import mark, mark_in
from fer_core.training.health import explain_silence
from fer_core.training.run import RunFolder, is_trained_elsewhere

RUN_LOCK = "lock"
EXPORT_LOCK = "export.lock"
#: A process that was started needs this long at most to take its run's lock.
STARTING_S = 60.0

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$")


class State(StrEnum):
    """How a run stands."""

    QUEUED = mark_in("run", "queued")
    PREPARING = mark_in("run", "preparing")
    RUNNING = mark_in("run", "running")
    STOPPING = mark_in("run", "stopping")
    STOPPED = mark_in("run", "stopped")
    FINISHED = mark_in("run", "finished")
    FAILED = mark_in("run", "failed")
    INTERRUPTED = mark_in("run", "interrupted")  # its process is gone and said nothing

    @property
    def is_alive(self) -> bool:
        """Whether a process works on the run or waits for its turn."""
        return self in (State.QUEUED, State.PREPARING, State.RUNNING, State.STOPPING)

    @property
    def is_resumable(self) -> bool:
        """Whether it can go on."""
        return self in (State.STOPPED, State.FAILED, State.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run as page and command line show it.

    Attributes:
        recipe, data: of ``config.json``; empty where that is damaged.
        status: ``status.json``.
        rows: the finished epochs, as in ``history.csv``.
        place: 1 for the next of the queue; None for runs that do not wait.
        problem: why it ended, or None.
        export: ``export.json``, empty before the first export.
        is_exporting: whether a process makes a model of it now.
    """

    path: Path
    state: State
    recipe: dict[str, Any]
    data: dict[str, Any]
    status: dict[str, Any]
    rows: list[dict[str, float]] = field(default_factory=list)
    place: int | None = None
    problem: str | None = None
    export: dict[str, Any] = field(default_factory=dict)
    is_exporting: bool = False

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def epochs(self) -> int:
        """How many the recipe asks for."""
        value = self.recipe.get("epochs", 0)
        return value if isinstance(value, int) else 0

    @property
    def left_s(self) -> float | None:
        """Seconds left, as the run itself reckons."""
        value = self.status.get("left_s")
        is_known = self.state is State.RUNNING and isinstance(value, (int, float))
        return float(value) if is_known and value is not None else None

    @property
    def has_weights(self) -> bool:
        """Whether an epoch is kept that a model can be made of."""
        return (self.path / "best.npz").is_file()

    @property
    def best(self) -> dict[str, float] | None:
        """The epoch that is kept, by the recipe's ``monitor``; the later of equals."""
        monitor = self.recipe.get("monitor", "accuracy")
        key = {"last": "epoch", "loss": "val_loss"}.get(str(monitor), "val_accuracy")
        rows = [row for row in self.rows if key in row]
        sign = -1 if key == "val_loss" else 1
        return max(rows, key=lambda row: (sign * row[key], row["epoch"])) if rows else None


def runs_dir() -> Path:
    """Where runs lie, as an absolute path."""
    return settings().data_dir.resolve() / "runs"


def queued_since(info: RunInfo) -> tuple[float, str]:
    """What the queue is sorted by."""
    value = info.status.get("queued_s")
    return (float(value) if isinstance(value, (int, float)) else 0.0, info.name)


def list_runs(folder: Path | None = None) -> list[RunInfo]:
    """All runs, those that a process works on first, then the newest."""
    folder = runs_dir() if folder is None else folder
    found = [_read(path.parent) for path in folder.glob("*/config.json") if _is_name(path)]
    waiting = sorted((i for i in found if i.state is State.QUEUED), key=queued_since)
    places = {info.name: place for place, info in enumerate(waiting, 1)}
    found = [_with_place(info, places.get(info.name)) for info in found]
    found.sort(key=lambda info: info.name)
    found.sort(key=_begun_s, reverse=True)
    found.sort(key=lambda i: (not i.state.is_alive, i.place or 0))
    return found


def find_run(name: str, folder: Path | None = None) -> RunInfo:
    """A run by the name of its folder.

    Raises:
        InputError: there is none of that name.
    """
    for info in list_runs(folder):
        if info.name == name:
            return info
    raise InputError(f"There is no run {name!r}. `runs list` names those that there are.")


def _is_name(path: Path) -> bool:
    return bool(_NAME.match(path.parent.name)) and not path.parent.is_symlink()


def _begun_s(info: RunInfo) -> float:
    try:
        return (info.path / "config.json").stat().st_mtime
    except OSError:
        return 0.0


def _with_place(info: RunInfo, place: int | None) -> RunInfo:
    from dataclasses import replace

    return replace(info, place=place)


def _read(path: Path) -> RunInfo:
    run = RunFolder(path)
    config, status = run.read_json("config.json"), run.read_json("status.json")
    recipe, data = config.get("recipe"), config.get("data")
    state = _state(run, status)
    problem = None
    if state is State.FAILED:
        problem = str(status.get("error") or mark("It failed. See its log, then resume."))
    elif state is State.INTERRUPTED:
        problem = explain_silence(status, path)
    if not isinstance(recipe, dict) or not isinstance(data, dict):
        problem = mark("Its config.json is damaged: delete the run and start it again.")
    try:
        rows = [row for row in run.history() if "epoch" in row]
    except (OSError, ValueError):
        rows = []
    export = run.read_json("export.json")
    return RunInfo(
        path=path,
        state=state,
        recipe=recipe if isinstance(recipe, dict) else {},
        data=data if isinstance(data, dict) else {},
        status=status,
        rows=rows,
        problem=problem,
        export=export,
        is_exporting=is_held(path / EXPORT_LOCK)
        or (export.get("state") == "running" and _is_recent(export)),
    )


def _state(run: RunFolder, status: dict[str, Any]) -> State:
    said = str(status.get("state", ""))
    is_alive = is_held(run.path / RUN_LOCK) or is_trained_elsewhere(status)
    if said in (State.STOPPED, State.FINISHED, State.FAILED):
        return State(said)
    if is_alive and said in (State.QUEUED, State.PREPARING, State.RUNNING):
        return State.STOPPING if run.wants_stop else State(said)
    if said == State.QUEUED and _is_recent(status):
        return State.QUEUED
    return State.INTERRUPTED


def _is_recent(status: dict[str, Any]) -> bool:
    """The process was started a moment ago and has no lock yet."""
    updated = status.get("updated_s")
    return isinstance(updated, (int, float)) and time.time() - updated < STARTING_S
