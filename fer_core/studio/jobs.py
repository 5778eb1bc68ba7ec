"""Work on a set in a process of its own: the page starts it and reads how far it is.

``job.json`` in the set's folder says state, step and share; ``report.json`` what was measured. Both
go when a participant is erased. Only the process that works here imports TensorFlow.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.classification.registry import check_name
from fer_core.config import MODELS_DIR, settings
from fer_core.errors import BusyError, ConfigError, DataError, InputError
from fer_core.files import make_private_dir, peek_object, remove_whole
from fer_core.locks import is_held, try_hold
from fer_core.processes import spawn
from fer_core.studio.names import recordings_dir
from fer_core.studio.private import hold_set, write_private
from fer_core.studio.store import StudioSet
from fer_core.text import mark

JOB, LOG, REPORT = "job.json", "job.log", "report.json"
#: A process takes this long to hold its lock; libraries load meanwhile.
STARTING_S: Final = 30.0
#: With fewer faces than this a network is not trained from nothing.
FEW_FACES: Final = 200


@dataclass(frozen=True, slots=True)
class StudioJob:
    """What is known of a set's job.

    Attributes:
        is_running: whether a process works on it.
        step, share: in words, and 0..1; model: that is made; error: why it failed, or None.
    """

    is_running: bool
    step: str
    share: float
    model: str
    error: str | None


def start_finetune(found: StudioSet, name: str) -> None:
    """Let a process fine-tune a head on the set.

    Raises:
        ConfigError: the model's name is not possible or taken by another set's or run's model.
        BusyError: it is at work already.
        DataError: the set has too few faces.
    """
    check_personal_name(name, found)
    check_enough(found)
    if is_held(_lock(found)):
        raise BusyError(mark("This set is being trained on already: wait until that is over."))
    _note(found, {"state": "running", "step": mark("Starting"), "share": 0.0, "model": name})
    log = found.path / LOG
    write_private(log, b"")
    spawn(["dataset", "finetune", str(found.path), "--name", name, "--background"], log)


def read_job(found: StudioSet) -> StudioJob | None:
    """The job of a set; None where there was none."""
    value = peek_object(found.path / JOB)
    if not value:
        return None
    alive = is_held(_lock(found))
    recent = time.time() - float(value.get("at_s", 0)) < STARTING_S
    running = value.get("state") == "running" and (alive or recent)
    error = value.get("error")
    if value.get("state") == "running" and not running:
        error = mark("It ended without a word: it was killed. Start it again.")
    return StudioJob(
        is_running=running,
        step=str(value.get("step", "")),
        share=min(1.0, max(0.0, float(value.get("share", 0)))),
        model=str(value.get("model", "")),
        error=None if error is None else str(error),
    )


def read_report(found: StudioSet) -> dict[str, Any]:
    """What was measured last; empty where nothing was, or the set has lost a participant since."""
    return peek_object(found.path / REPORT)


def finetune_set(
    data: Path,
    name: str,
    *,
    say: Callable[[str], None],
    choice: Mapping[str, Any] | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Measure a set and make a personal model of it; the model's folder and the report.

    Args:
        choice: ``classes`` and ``ignore`` of ``load_dataset``.

    Raises:
        FerError: what is wrong with set or name.
    """
    found = _recorded(data)
    check_personal_name(name, found)
    if found is None:
        return _work(data, name, lambda step, _share: say(f"{step}."), choice)
    with try_hold(_lock(found)) as is_mine:
        if not is_mine:
            raise BusyError(mark("This set is being trained on already: wait until that is over."))
        told = {"model": name}

        def tell(step: str, share: float) -> None:
            say(f"{step}.")
            _note(found, told | {"state": "running", "step": step, "share": share})

        try:
            out, report = _work(data, name, tell, choice)
            _keep(found, name, out, report)
        except BaseException as error:
            from fer_core.training.health import explain_failure

            _note(found, told | {"state": "failed", "error": explain_failure(error)})
            raise
        _note(found, told | {"state": "finished", "step": mark("Done"), "share": 1.0})
    return out, report


def _keep(found: StudioSet, name: str, out: Path, report: dict[str, Any]) -> None:
    """Store the report. Who was erased while it worked must not come back with it or the model."""
    people = report["held_out"]["by_participant"]
    with hold_set(found.path):
        if not set(people) <= set(found.info().participants):
            with suppress(OSError):
                remove_whole(out)
            raise InputError(mark("A participant was erased meanwhile: start it again."))
        text = json.dumps(report | {"model": name, "at_s": int(time.time())}) + "\n"
        write_private(found.path / REPORT, text.encode())
        found.note_model(name, people)


def check_personal_name(name: str, found: StudioSet | None) -> None:
    """Whether a set's model may be called so; it may replace its own.

    Raises:
        ConfigError: no possible name, the project's own, or that of another model.
    """
    check_name(name)
    if name == "default" or (MODELS_DIR / name).exists():
        raise ConfigError(f"The name {name!r} belongs to the project: choose another one.")
    own = set() if found is None else {model.name for model in found.info().trained}
    if (settings().data_dir / "models" / name).exists() and name not in own:
        raise ConfigError(f"There is a model {name!r} already: choose another name.")


def check_enough(found: StudioSet) -> None:
    """Raises DataError where the set can't teach anything yet; says what is missing."""
    rows = found.rows(with_rejected=False)
    emotions, people = {row.emotion for row in rows}, {row.participant for row in rows}
    takes = {(row.emotion, row.take) for row in rows}
    if len(emotions) < 2 or (len(people) < 2 and len(takes) == len(emotions)):
        raise DataError(
            "Record at least two expressions first, of two participants or in two takes, so that "
            f"something can be held out. Received: {len(rows)} faces, {len(emotions)} expressions, "
            f"{len(takes)} takes, {len(people)} participants."
        )


def _work(
    data: Path,
    name: str,
    tell: Callable[[str, float], None],
    choice: Mapping[str, Any] | None,
) -> tuple[Path, dict[str, Any]]:
    from fer_core.datasets import load_dataset

    tell(mark("Loading the faces"), 0.05)
    faces = load_dataset(data, **(choice or {}))
    tell(mark("Loading the base model"), 0.1)
    from fer_core.training.personal import embed_set, load_base, report_of
    from fer_core.training.personal_export import export_personal

    base = load_base()
    tell(mark("Looking at the faces"), 0.2)
    seen = embed_set(faces, base)
    tell(mark("Holding participants out"), 0.3)
    report, held_out = report_of(seen, base)
    out = settings().data_dir / "models" / name
    export_personal(seen, base, report, held_out, out, tell=tell)
    return out, report


def _recorded(data: Path) -> StudioSet | None:
    """The set of the studio at this path, if it is one."""
    path = data.resolve()
    return StudioSet.find(path.name) if path.parent == recordings_dir() else None


def _lock(found: StudioSet) -> Path:
    folder = found.path.parent / ".locks"
    make_private_dir(folder)
    return folder / f"{found.name}.job"


def _note(found: StudioSet, value: dict[str, Any]) -> None:
    text = json.dumps(value | {"at_s": time.time(), "pid": os.getpid()}) + "\n"
    write_private(found.path / JOB, text.encode())
