"""The clips and what viewers gave, as files under the data folder: no picture of anybody.

``reactions/<clip>/clip.json`` and the video; ``viewings/<code>.json``, one per viewer who agreed.
The code is random; who has it can take their numbers back.
"""

import contextlib
import hashlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from fer_core.config import settings
from fer_core.errors import ConfigError, InputError, LimitError
from fer_core.files import (
    PRIVATE,
    clear_pieces,
    make_private_dir,
    peek_object,
    remove_whole,
    write_whole,
)
from fer_core.labels import NUM_EMOTIONS
from fer_core.reactions.course import Course
from fer_core.text import printable_name
from fer_core.video import VideoReader

#: What browsers play.
SUFFIXES: Final = (".mp4", ".webm")
#: Codec and pixel format of what every browser plays.
_PLAYED: Final = frozenset(
    (codec, pixels)
    for codec in ("h264", "vp8", "vp9", "libvpx-vp9", "av1", "libdav1d")
    for pixels in ("yuv420p", "yuvj420p")
)
MAX_DURATION_S: Final = 900.0
_CODE = re.compile(r"^[0-9a-f]{12,32}$")
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to react to.

    Attributes:
        key: names its folder.
        name: as the operator calls it.
        file: name of the video in the folder.
        duration_s: of the video.
    """

    key: str
    name: str
    file: str
    duration_s: float


class Shelf:
    """All clips of a data folder.

    Args:
        folder: is made where it is missing.
        clock: UTC in seconds since 1970.
    """

    def __init__(
        self, folder: Path | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder or settings().data_dir / "reactions"
        self._clock = clock

    def clips(self) -> list[Clip]:
        """By name."""
        found = []
        for path in self._folder.glob("*/clip.json"):
            values = peek_object(path)
            if values.keys() == set(Clip.__dataclass_fields__):
                found.append(Clip(**values))
        return sorted(found, key=lambda clip: (clip.name.casefold(), clip.key))

    def path(self, clip: Clip) -> Path:
        """Of the video."""
        return self._folder / clip.key / clip.file

    def add(self, name: str, filename: str, content: BinaryIO) -> Clip:
        """Take a clip in.

        Raises:
            ConfigError: it has no name.
            InputError: it is no video that browsers play.
            LimitError: it is too long.
        """
        name = " ".join(name.split())[:80]
        if not name:
            raise ConfigError("The clip needs a name; type one.")
        suffix = Path(filename).suffix.lower()
        if suffix not in SUFFIXES:
            raise InputError(f"Browsers play MP4 and WebM. Received: {suffix or 'no suffix'}.")
        key = secrets.token_hex(8)
        part = self._folder / f".{key}.part"
        make_private_dir(part)
        try:
            video = part / f"clip{suffix}"
            with video.open("wb") as copy:
                shutil.copyfileobj(content, copy)
            try:
                duration_s = _duration_s(video)
            except InputError as error:  # the person knows the file by its own name
                shown = printable_name(Path(filename).name)
                raise type(error)(str(error).replace(printable_name(video), shown)) from error
            if duration_s > MAX_DURATION_S:
                raise LimitError(
                    f"The clip is {duration_s:.0f} s long and the limit is {MAX_DURATION_S:.0f} s; "
                    "cut it."
                )
            clip = Clip(key, name, video.name, round(duration_s, 3))
            (part / "clip.json").write_text(json.dumps(asdict(clip)), encoding="utf-8")
            make_private_dir(part / "viewings")
            part.rename(self._folder / key)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return clip

    def remove(self, clip: Clip) -> None:
        """The clip, and all that viewers gave."""
        with contextlib.suppress(FileNotFoundError):  # somebody else removed it
            remove_whole(self._folder / clip.key)

    def give(self, clip: Clip, course: Course, consent: str, browser: str = "") -> str:
        """Keep a viewer's numbers; the code by which they can be taken back.

        Of each browser and clip one viewing counts: a new one takes the place of the one before,
        which is deleted. Otherwise somebody who gives k times would be a group.

        Args:
            clip: that was watched.
            course: what the face showed.
            consent: the text that was agreed to.
            browser: what tells this browser from others; kept as a digest that differs from clip
                to clip. Empty where it is not known.

        Raises:
            InputError: the clip was removed meanwhile.
        """
        folder = self._folder / clip.key / "viewings"
        if not folder.is_dir():
            raise InputError("The clip was removed meanwhile, so nothing was kept.")
        mark = hashlib.sha256(f"{clip.key} {browser}".encode()).hexdigest() if browser else None
        if mark is not None:
            for path in folder.glob("*.json"):
                before = peek_object(path)
                if before.get("browser") == mark:
                    _empty(path, before["given_s"])
        code = secrets.token_hex(8)
        values = {
            # To the microsecond: one who comes in the same second must not move others' groups.
            "given_s": round(self._clock(), 6),
            "browser": mark,
            "consent": consent,
            "valid_s": np.round(course.valid_s, 3).tolist(),
            "probs": [
                None if np.isnan(row[0]) else np.round(row, 4).tolist() for row in course.probs
            ],
        }
        write_whole(folder / f"{code}.json", json.dumps(values), PRIVATE)
        return code

    def take_back(self, code: str) -> bool:
        """Delete what was given under a code; False where nothing was.

        That there was a viewer stays, so that the group in which they were shown is withheld from
        then on: shown without them, its difference from before would be that person.
        """
        code = code.strip().lower()
        if not _CODE.match(code):
            return False
        found = False
        for path in self._folder.glob(f"*/viewings/{code}.json"):
            values = peek_object(path)
            if "probs" in values:
                _empty(path, values["given_s"])
                found = True
        return found

    def courses(self, clip: Clip) -> list[Course | None]:
        """Of all viewers of a clip, in the order in which they gave them; None for those whose
        numbers were deleted or are older than FER_RETENTION_DAYS, deleted yet or not."""
        oldest_s = self._oldest_s()
        count = max(1, int(np.ceil(clip.duration_s)))
        found: list[tuple[int, str, Course | None]] = []
        for path in (self._folder / clip.key / "viewings").glob("*.json"):
            values = peek_object(path)
            if not values:
                continue
            if "probs" not in values or values["given_s"] < oldest_s:
                found.append((values["given_s"], path.name, None))
                continue
            blank = [float("nan")] * NUM_EMOTIONS
            probs = np.array([row or blank for row in values["probs"]], np.float64)
            if probs.shape == (count, NUM_EMOTIONS):
                course = Course(probs, np.array(values["valid_s"], np.float64))
                found.append((values["given_s"], path.name, course))
        return [course for _, _, course in sorted(found, key=lambda one: one[:2])]

    def purge(self, *, dry_run: bool = False) -> int:
        """Delete the numbers of viewings that are older than FER_RETENTION_DAYS, of all clips,
        and the pieces that a killed process left; how many viewings.

        Args:
            dry_run: only count.
        """
        oldest_s, gone = self._oldest_s(), 0
        for path in self._folder.glob("*/viewings/*.json"):
            values = peek_object(path)
            if "probs" in values and values["given_s"] < oldest_s:
                gone += 1
                if not dry_run:
                    _empty(path, values["given_s"])
        if not dry_run:
            self._remove_pieces()
        return gone

    def _oldest_s(self) -> float:
        return self._clock() - settings().retention_days * _DAY_S

    def _remove_pieces(self) -> None:
        """Of clips and viewings that were being written or removed when a process was killed."""
        clear_pieces(self._folder)
        for viewings in self._folder.glob("*/viewings"):
            clear_pieces(viewings)


def _empty(path: Path, given_s: float) -> dict[str, Any]:
    """Nothing of a viewing is left but its place in the order."""
    values = {"given_s": given_s}
    write_whole(path, json.dumps(values), PRIVATE)
    return values


def _duration_s(path: Path) -> float:
    with VideoReader(path, threads=1) as reader:
        if (reader.codec, reader.pixel_format) not in _PLAYED:
            raise InputError(
                f"{printable_name(path)} holds {reader.codec} video ({reader.pixel_format}), which "
                "not every browser plays; save it as H.264 or VP9 with 8 bits."
            )
        last_s = 0.0
        for frame in reader:
            last_s = frame.time_s
            if last_s > MAX_DURATION_S:
                break
        return max(last_s + 1 / (reader.fps or 25.0), 0.1)
