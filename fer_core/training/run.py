"""A run's folder: what was trained, how far it is, and what is needed to go on.

::

    config.json    recipe, seed, versions, data hash, command
    history.csv    one row per finished epoch
    status.json    state (queued, preparing, running, stopped, finished, failed), process, epoch,
                   seconds left
    confusion.json counts on validation after the last epoch and the best one
    lock           held by the process that works on the run (``fer_core.runs``)
    stop           lies here while somebody wants the run to stop
    last.npz       what ``--resume`` needs (``checkpoint.py``)
    best.npz       weights of the best epoch on validation

Every file is written beside its place and moved there, so that a kill leaves the old or the new.
"""

import csv
import os
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import BusyError, ConfigError, FerError, InputError
from fer_core.files import peek_object, write_json, write_whole

Arrays = dict[str, NDArray[Any]]

#: A run says every few seconds how far it is; one that is silent for longer than this has ended.
SILENCE_S = 600.0
#: A file of this name in a run's folder asks it to stop; unlike a signal it reaches a run in
#: another container, a process that ignores Ctrl-C, and nobody else.
STOP_FILE = "stop"


class RunFolder:
    """One training run on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, parent: Path, name: str) -> "RunFolder":
        """A fresh folder ``<name>-<date>-<time>`` under ``parent``."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for suffix in ("", *(f"-{n}" for n in range(2, 100))):
            path = parent / f"{name}-{stamp}{suffix}"
            try:
                path.mkdir(mode=0o700, parents=True)  # its data set may be of people
                return cls(path)
            except FileExistsError:
                continue
        raise FerError(f"No free folder for a run under {parent}. Delete old runs.")

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """An existing run.

        Raises:
            InputError: ``path`` is not the folder of a run.
        """
        if not (path / "config.json").is_file():
            raise InputError(f"{path} is not a run: it has no config.json. Give a run's folder.")
        return cls(path)

    @property
    def wants_stop(self) -> bool:
        """Whether somebody asked the run to stop."""
        return (self.path / STOP_FILE).exists()

    def read_config(self) -> dict[str, Any]:
        """``config.json``, whose recipe and data are there.

        Raises:
            InputError: it is damaged.
        """
        config = self.read_json("config.json")
        if not all(isinstance(config.get(part), dict) for part in ("recipe", "data")):
            raise InputError(
                f"The config.json of {self.path} does not say what was trained on what: it is "
                "damaged. Start the run again."
            )
        return config

    def read_json(self, name: str) -> dict[str, Any]:
        """``config.json`` or ``status.json``; empty if missing or damaged."""
        return peek_object(self.path / name)

    def write_json(self, name: str, value: dict[str, Any]) -> None:
        write_json(self.path / name, value)

    def set_status(self, state: str, **figures: Any) -> None:
        """Say how far the run is."""
        old = self.read_json("status.json")
        old.pop("error", None)
        self.write_json(
            "status.json",
            old | {"state": state, "pid": os.getpid(), "updated_s": time.time()} | figures,
        )

    def history(self) -> list[dict[str, float]]:
        """The finished epochs, oldest first."""
        path = self.path / "history.csv"
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return [
                {key: float(value) for key, value in row.items() if key and value not in ("", None)}
                for row in csv.DictReader(file)
            ]

    def write_history(self, rows: list[dict[str, float]]) -> None:
        if not rows:
            return
        # A run that began with an older version has columns from some epoch on.
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [",".join(names)]
        lines += [",".join(f"{row[n]:.6g}" if n in row else "" for n in names) for row in rows]
        write_whole(self.path / "history.csv", "\n".join(lines) + "\n")

    def save_arrays(self, name: str, arrays: Arrays) -> None:
        import io

        buffer = io.BytesIO()
        np.savez(buffer, **arrays)  # type: ignore[arg-type]
        write_whole(self.path / name, buffer.getvalue())

    def load_arrays(self, name: str) -> Arrays:
        """The arrays of a checkpoint.

        Raises:
            InputError: it is missing or damaged.
        """
        path = self.path / name
        try:
            with np.load(path, allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(
                f"The checkpoint {path} cannot be read ({error}). Start the run again."
            ) from error


def pack(prefix: str, values: list[NDArray[Any]]) -> Arrays:
    """A list as named arrays."""
    return {f"{prefix}{index:04d}": value for index, value in enumerate(values)}


def unpack(prefix: str, arrays: Arrays) -> list[NDArray[Any]]:
    """The inverse of ``pack``."""
    return [arrays[key] for key in sorted(arrays) if key.startswith(prefix)]


def check_resumable(run: RunFolder, data_sha256: str) -> None:
    """Refuse what would spoil a run: other data, or a second process in its folder.

    Raises:
        ConfigError: the data are not those that the run began with.
        BusyError: another process is training it.
    """
    # A run that waited in the queue and never began has no hash yet.
    begun_with = run.read_json("config.json").get("data", {}).get("sha256", data_sha256)
    if begun_with != data_sha256:
        raise ConfigError(
            f"The run {run.path} began with other data (sha256 {str(begun_with)[:12]}..., not "
            f"{data_sha256[:12]}...): name the same data set, or start a run without --resume."
        )
    check_free(run)


def check_free(run: RunFolder) -> None:
    """Refuse a second process in a run's folder.

    Raises:
        BusyError: another process is training it.
    """
    status = run.read_json("status.json")
    if is_trained_elsewhere(status):
        raise BusyError(
            f"The run {run.path} is still being trained by process {status.get('pid')}: "
            "stop that one first, or wait."
        )


def is_trained_elsewhere(status: dict[str, Any]) -> bool:
    """Whether a process that holds no lock on its run is training it, as far as can be known.

    Trainings through the command line hold one (``fer_core.runs``) and say so in the status.
    """
    updated_s = status.get("updated_s")
    return (
        status.get("state") == "running"
        and not status.get("locked")
        and isinstance(updated_s, (int, float))
        and time.time() - updated_s < SILENCE_S
        and _is_another_process(status.get("pid"))
    )


def _is_another_process(pid: Any) -> bool:
    if not isinstance(pid, int) or pid == os.getpid():
        return False
    if os.name != "posix":  # os.kill(pid, 0) would end the process there
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def last_run(parent: Path, name: str) -> RunFolder:
    """The newest run of a recipe.

    Raises:
        InputError: there is none.
    """
    # What follows the name is a date: `first-long-2026...` is a run of another recipe.
    dated = re.compile(re.escape(name) + r"-[0-9-]+")
    found = [p for p in parent.glob("*/config.json") if dated.fullmatch(p.parent.name)]
    found.sort(key=lambda path: path.stat().st_mtime)
    if not found:
        raise InputError(f"There is no run of {name!r} under {parent}. Start one without --resume.")
    return RunFolder(found[-1].parent)
