"""What viewers gave, as one file each, named by a random code: kept, replaced, emptied, read."""

import hashlib
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.config import settings
from fer_core.errors import InputError
from fer_core.files import PRIVATE, peek_object, write_whole
from fer_core.labels import NUM_EMOTIONS
from fer_core.reactions.course import ReactionCourse
from fer_core.text import mark

_DAY_S = 86_400


class ViewingFolder:
    """The viewings of one clip or one study.

    Args:
        folder: that of the clip or study; its name sets its viewers' digests apart.
        clock: UTC in seconds since 1970.
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self._key, self._folder, self._clock = folder.name, folder / "viewings", clock

    def keep(self, values: dict[str, Any], browser: str) -> str:
        """Keep a viewing; the code by which it can be taken back.

        Of each browser one viewing counts: a new one takes the place of the one before, which is
        deleted. Otherwise somebody who gives k times would be a group.

        Args:
            values: what is kept besides.
            browser: what tells this browser from others; kept as a digest that differs from folder
                to folder. Empty where it is not known.

        Raises:
            InputError: the clip or study was removed meanwhile.
        """
        if not self._folder.is_dir():
            raise InputError(mark("What you watched was removed meanwhile, so nothing was kept."))
        origin = hashlib.sha256(f"{self._key} {browser}".encode()).hexdigest() if browser else None
        if origin is not None:
            for path in self._folder.glob("*.json"):
                before = peek_object(path)
                if before.get("browser") == origin:
                    empty_viewing(path, before["given_s"])
        code = secrets.token_hex(8)
        # To the microsecond: one who comes in the same second must not move others' groups.
        head = {"given_s": round(self._clock(), 6), "browser": origin}
        write_whole(self._folder / f"{code}.json", json.dumps(head | values), PRIVATE)
        return code

    def read(self) -> list[dict[str, Any] | None]:
        """What was given, in the order in which it was; None for what was deleted or is older than
        FER_RETENTION_DAYS, deleted yet or not."""
        oldest_s = oldest_given_s(self._clock)
        found: list[tuple[float, str, dict[str, Any] | None]] = []
        for path in self._folder.glob("*.json"):
            values = peek_object(path)
            if values:
                is_there = holds_numbers(values) and values["given_s"] >= oldest_s
                found.append((values["given_s"], path.name, values if is_there else None))
        return [values for _, _, values in sorted(found, key=lambda one: one[:2])]

    def models(self) -> list[dict[str, Any]]:
        """The models that the viewings were measured with, each once."""
        found: dict[str, dict[str, Any]] = {}
        for path in sorted(self._folder.glob("*.json")):
            values = peek_object(path)
            if holds_numbers(values) and isinstance(model := values.get("model"), dict):
                found.setdefault(json.dumps(model, sort_keys=True), model)
        return [found[key] for key in sorted(found)]


def oldest_given_s(clock: Callable[[], float]) -> float:
    """UTC seconds: what was given before is too old."""
    return clock() - settings().retention_days * _DAY_S


def holds_numbers(values: dict[str, Any]) -> bool:
    """Whether a viewing's file holds more than its place in the order."""
    return "probs" in values or "takes" in values


def empty_viewing(path: Path, given_s: float) -> None:
    """Nothing of a viewing is left but its place in the order."""
    write_whole(path, json.dumps({"given_s": given_s}), PRIVATE)


def course_values(course: ReactionCourse) -> dict[str, Any]:
    """A course as it is kept."""
    return {
        "valid_s": np.round(course.valid_s, 3).tolist(),
        "probs": [None if np.isnan(row[0]) else np.round(row, 4).tolist() for row in course.probs],
    }


def course_from(values: dict[str, Any], duration_s: float) -> ReactionCourse | None:
    """The course that was kept; None where it is none of a clip of this length."""
    blank = [float("nan")] * NUM_EMOTIONS
    probs = np.array([row or blank for row in values["probs"]], np.float64)
    if probs.shape != (max(1, int(np.ceil(duration_s))), NUM_EMOTIONS):
        return None
    return ReactionCourse(probs, np.array(values["valid_s"], np.float64))
