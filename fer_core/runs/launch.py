"""Start, stop, resume, delete and export runs; each in a process that outlives the app."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fer_core.classification.registry import check_name
from fer_core.config import MODELS_DIR, settings
from fer_core.errors import BusyError, ConfigError, FerError, InputError
from fer_core.files import remove_whole
from fer_core.locks import is_held, try_hold
from fer_core.processes import spawn, usable_cores
from fer_core.runs.listing import (
    EXPORT_LOCK,
    RUN_LOCK,
    RunInfo,
    State,
    find_run,
    runs_dir,
)
from fer_core.training.recipe import Recipe
from fer_core.training.run import STOP_FILE, RunFolder

TRAIN_LOG, EXPORT_LOG = "train.log", "export.log"


def background_threads() -> int:
    """Processors for a training beside the app: where there are several, one is left to it."""
    return max(1, usable_cores() - 1)


def submit_run(recipe: Recipe, data: Path, choice: Mapping[str, Any] | None = None) -> RunInfo:
    """Make a run and start its process, which waits for its turn.

    Args:
        choice: ``classes`` and ``ignore`` of ``load_dataset``.

    Raises:
        FerError: the folder cannot be made, or the process not started.
    """
    try:
        run = RunFolder.create(runs_dir(), recipe.name)
        run.write_json(
            "config.json",
            {
                "recipe": recipe.model_dump(mode="json"),
                "data": {"path": str(data.resolve()), **(choice or {})},
            },
        )
        _start_training(run)
    except OSError as error:
        raise FerError(
            f"The run could not be started ({error.strerror or error}). Check room and rights of "
            f"{runs_dir()}."
        ) from error
    return find_run(run.path.name)


def resume_run(name: str) -> RunInfo:
    """Let a stopped, failed or interrupted run go on from its last finished epoch.

    Raises:
        InputError: there is no such run, or it is finished or damaged.
        BusyError: a process works on it already.
    """
    info = find_run(name)
    if info.state.is_alive:
        raise BusyError(f"The run {name} is {info.state} already.")
    if not info.state.is_resumable:
        raise InputError(f"The run {name} has {info.state}: there is nothing to go on with.")
    if not info.recipe or not info.data.get("path"):
        raise InputError(f"The config.json of {name} is damaged: start the run again.")
    _start_training(RunFolder(info.path))
    return find_run(name)


def request_stop(name: str) -> None:
    """Ask a run to stop after the step it is in; the best epoch so far stays.

    Raises:
        InputError: there is no such run, or it does not run.
    """
    info = find_run(name)
    if not info.state.is_alive:
        raise InputError(f"The run {name} does not run: it is {info.state}.")
    (info.path / STOP_FILE).touch()


def delete_run(name: str) -> None:
    """Remove a run's folder; models made of it stay.

    Raises:
        InputError: there is no such run.
        BusyError: a process works on it.
        FerError: the folder cannot be removed.
    """
    info = find_run(name)
    if info.state.is_alive or info.is_exporting:
        raise BusyError(f"The run {name} is at work: stop it first.")
    try:
        with try_hold(info.path / RUN_LOCK) as is_mine:
            if not is_mine:
                raise BusyError(f"The run {name} is at work: stop it first.")
            remove_whole(info.path)
    except OSError as error:
        raise FerError(
            f"The run {name} could not be deleted ({error.strerror or error}). Check the rights "
            f"of {runs_dir()}."
        ) from error


def check_model_name(name: str, run: str | None = None) -> None:
    """Whether an export may be called so.

    Args:
        run: the run that is exported; it may replace its own model.

    Raises:
        ConfigError: no possible name, the project's own, or that of another run's model.
    """
    check_name(name)
    if name == "default" or (MODELS_DIR / name).exists():
        raise ConfigError(f"The name {name!r} belongs to the project: choose another one.")
    is_taken = (settings().data_dir / "models" / name).exists()
    if is_taken and (run is None or find_run(run).export.get("model") != name):
        raise ConfigError(f"There is a model {name!r} already: choose another name.")


def start_export(name: str, model: str) -> None:
    """Make a model of a run's best epoch: convert, calibrate, quantise, evaluate, compare.

    Raises:
        InputError: there is no such run, or no finished epoch.
        ConfigError: the model's name is not possible or taken.
        BusyError: it is being made already.
    """
    info = find_run(name)
    check_model_name(model, name)
    if not info.has_weights:
        raise InputError(f"The run {name} has no finished epoch yet: let it train for longer.")
    if is_held(info.path / EXPORT_LOCK):
        raise BusyError(f"A model of the run {name} is being made already.")
    run = RunFolder(info.path)
    run.write_json(
        "export.json",
        {"state": "running", "step": "Starting", "share": 0.0, "model": model}
        | {"updated_s": time.time()},
    )
    spawn(
        ["export", str(info.path), "--name", model, "--evaluate", "--background"],
        info.path / EXPORT_LOG,
    )


def read_log(info: RunInfo, name: str = TRAIN_LOG, lines: int = 40) -> str:
    """The last lines of a run's log; empty where there is none."""
    try:
        with (info.path / name).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 32_768))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.replace("\r", "\n").splitlines()[-lines:])


def _start_training(run: RunFolder) -> None:
    (run.path / STOP_FILE).unlink(missing_ok=True)
    run.set_status(State.QUEUED, queued_s=time.time(), locked=True, left_s=None)
    recipe = str(run.read_json("config.json").get("recipe", {}).get("name", "run"))
    command = ["train", recipe, "--resume", "--run", str(run.path), "--background"]
    spawn([*command, "--threads", str(background_threads())], run.path / TRAIN_LOG)
