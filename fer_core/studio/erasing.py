"""Erasing a participant, or a whole set, in steps that may be done again.

What is to be erased is written down before the first step and taken away after the last, so that
whoever is killed in between is finished by the next sweep, or by who asks for it again.
"""

import contextlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol

from fer_core.errors import DataError
from fer_core.files import peek_object, remove_whole
from fer_core.runs.erased import mark_runs
from fer_core.studio.info import INFO_NAME, SetInfo, read_info
from fer_core.studio.models import forget_participant
from fer_core.studio.private import hold_set, write_private
from fer_core.studio.rows import FaceRow

#: Lies in a set while one of its participants is erased, and says whom; or while all of it is.
NAME: Final = "erasing.json"
_WHOLE_SET: Final = "whole_set"
#: Made by training from the set; they go when a participant does.
_DERIVED: Final = ("job.json", "job.log", "report.json")


class Erasable(Protocol):
    """What an erasure needs of a ``StudioSet``, which itself needs the erasure."""

    path: Path

    def info(self) -> SetInfo:
        """What is known of the set, participants included, as it lies on the disk."""

    def rows(self) -> list[FaceRow]:
        """The lines of its manifest."""

    def write(self, rows: list[FaceRow] | None, info: SetInfo | None) -> None:
        """Replace the manifest's lines, what is known of the set, or both; None leaves it."""

    def sweep(self, rows: Sequence[FaceRow] | None = None) -> int:
        """Remove pictures that no line names; how many."""


def begin_erasing(found: Erasable, participant: str, models: Iterable[str]) -> None:
    """Write down who is to be erased, and which models learned from them."""
    told = {"participant": participant, "models": list(models)}
    write_private(found.path / NAME, (json.dumps(told) + "\n").encode())


def begin_deleting(path: Path) -> None:
    """Write down that the whole set is to go: from now on no list shows it."""
    write_private(path / NAME, json.dumps({_WHOLE_SET: True}) + "\n")


def is_going(path: Path) -> bool:
    """Whether this folder's set is deleted, and only not removed yet."""
    return _WHOLE_SET in peek_object(path / NAME)


def finish_erasing(found: Erasable) -> None:
    """Do, or do again, every step of an erasure that was begun; nothing where none was."""
    with hold_set(found.path):
        told = peek_object(found.path / NAME)
        if not told:
            return
        if _WHOLE_SET in told:
            finish_deleting(found.path)
            return
        participant, models = str(told["participant"]), map(str, told["models"])
        info = found.info()
        info.participants.pop(participant, None)
        for model in info.trained:
            model.participants = [p for p in model.participants if p != participant]
        kept = [row for row in found.rows() if row.participant != participant]
        found.write(kept, info)
        for name in _DERIVED:
            (found.path / name).unlink(missing_ok=True)
        found.sweep(kept)
        for name in models:
            forget_participant(name, participant)
        mark_runs(found.path)
        (found.path / NAME).unlink()


def finish_deleting(path: Path) -> None:
    """Take what was learned from a set off models' cards, give its runs a date, and remove it."""
    with contextlib.suppress(DataError):  # a damaged one named no models
        for model in read_info(path / INFO_NAME).trained:
            for participant in model.participants:
                forget_participant(model.name, participant)
    mark_runs(path)
    remove_whole(path)
