"""Studies and what their viewers gave, beside the clips: ``reactions/<study>/study.json``.

What is taken back, too old, or of a killed process goes with that of clips: ``Shelf``.
"""

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fer_core.config import settings
from fer_core.errors import InputError
from fer_core.files import make_private_dir, peek_object, remove_whole, whole_folder
from fer_core.reactions.shelf import StimulusClip
from fer_core.reactions.study import Study, StudyItem, Take, is_complete, make_study
from fer_core.reactions.viewings import ViewingFolder, course_from, course_values
from fer_core.text import mark


class StudyShelf:
    """All studies of a data folder.

    Args:
        folder: that of the clips; made where it is missing.
        clock: UTC in seconds since 1970.
    """

    def __init__(
        self, folder: Path | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder or settings().data_dir / "reactions"
        self._clock = clock

    def studies(self) -> list[Study]:
        """All studies, by name."""
        found = (Study.of_dict(peek_object(path)) for path in self._folder.glob("*/study.json"))
        return sorted(
            (study for study in found if study is not None),
            key=lambda study: (study.name.casefold(), study.key),
        )

    def add(
        self,
        name: str,
        items: Sequence[StudyItem],
        *,
        is_random: bool,
        pause_s: int,
        question: str = "",
    ) -> Study:
        """Make a study. It is never changed: viewers of one study saw the same.

        Raises:
            FerError: as ``make_study``.
        """
        key = secrets.token_hex(8)
        study = make_study(
            key, name=name, items=items, is_random=is_random, pause_s=pause_s, question=question
        )
        make_private_dir(self._folder)
        with whole_folder(self._folder / key, private=True) as part:
            (part / "study.json").write_text(json.dumps(study.to_dict()), encoding="utf-8")
            make_private_dir(part / "viewings")
        return study

    def remove(self, study: Study) -> None:
        """The study, and all that its viewers gave; its clips stay."""
        with contextlib.suppress(FileNotFoundError):  # somebody else removed it
            remove_whole(self._folder / study.key)

    def studies_of(self, clip: StimulusClip) -> list[Study]:
        """Those in which the clip is."""
        return [one for one in self.studies() if clip.key in {item.clip for item in one.items}]

    def give(
        self,
        study: Study,
        takes: Sequence[Take],
        consent: str,
        browser: str = "",
        *,
        seed: int,
        model: dict[str, Any] | None = None,
    ) -> str:
        """Keep a viewer's numbers; the code by which they can be taken back, as ``Shelf.give``.

        Args:
            study: that was watched.
            takes: one for each of its clips.
            consent: the text that was agreed to.
            browser: what tells this browser from others.
            seed: of the viewer's order.
            model: it was measured with.

        Raises:
            InputError: the study was removed, or the face was not seen in half of every clip.
        """
        if not is_complete(study, takes):
            raise InputError(
                mark(
                    "Your face was not seen in half of every clip, so the clips cannot be "
                    "compared; watch them again, before the camera."
                )
            )
        values = {
            "consent": consent,
            "model": model,
            "seed": seed,
            "takes": [
                {
                    "clip": take.clip,
                    "condition": take.condition,
                    "position": take.position,
                    "answer": take.answer,
                }
                | course_values(take.course)
                for take in takes
            ],
        }
        return ViewingFolder(self._folder / study.key, self._clock).keep(values, browser)

    def viewings(
        self, study: Study, clips: Sequence[StimulusClip]
    ) -> list[tuple[Take, ...] | None]:
        """The takes of each viewer, in the order in which they gave them; None for those whose
        numbers were deleted, are too old, or are not of these clips.

        Args:
            study: whose.
            clips: of the shelf.
        """
        durations = {clip.key: clip.duration_s for clip in clips}
        folder = ViewingFolder(self._folder / study.key, self._clock)
        found: list[tuple[Take, ...] | None] = []
        for values in folder.read():
            takes = [] if values is None else _takes_of(values["takes"], durations)
            found.append(tuple(takes) if is_complete(study, takes) else None)
        return found

    def models(self, study: Study) -> list[dict[str, Any]]:
        """The models that the viewings of a study were measured with, each once."""
        return ViewingFolder(self._folder / study.key, self._clock).models()


def _takes_of(kept: Sequence[dict[str, Any]], durations_s: dict[str, float]) -> list[Take]:
    found = []
    for one in kept:
        course = course_from(one, durations_s.get(one["clip"], 0.0))
        if course is not None:
            head = (one["clip"], one["condition"], one["position"], one["answer"])
            found.append(Take(*head, course))
    return found
