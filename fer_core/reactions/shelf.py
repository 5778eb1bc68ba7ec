"""The clips and what viewers gave, as files under the data folder: no picture of anybody.

``reactions/<clip>/clip.json`` and the video; ``viewings/<code>.json``, one per viewer who agreed;
studies beside them: ``study_shelf``.
The code is random; who has it can take their numbers back.
"""

import contextlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from fer_core.analysis.decoding import measure_video
from fer_core.config import settings
from fer_core.errors import ConfigError, InputError, LimitError
from fer_core.files import (
    clear_pieces,
    make_private_dir,
    peek_object,
    remove_whole,
    whole_folder,
)
from fer_core.reactions.course import ReactionCourse
from fer_core.reactions.viewings import (
    ViewingFolder,
    course_from,
    course_values,
    empty_viewing,
    holds_numbers,
    oldest_given_s,
)
from fer_core.text import Sentence, mark, printable_name

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


@dataclass(frozen=True, slots=True)
class StimulusClip:
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

    def clips(self) -> list[StimulusClip]:
        """All clips, by name."""
        found = []
        for path in self._folder.glob("*/clip.json"):
            values = peek_object(path)
            if values.keys() == set(StimulusClip.__dataclass_fields__):
                found.append(StimulusClip(**values))
        return sorted(found, key=lambda clip: (clip.name.casefold(), clip.key))

    def path(self, clip: StimulusClip) -> Path:
        """Where the clip's video lies."""
        return self._folder / clip.key / clip.file

    def add(self, name: str, filename: str, content: BinaryIO) -> StimulusClip:
        """Take a clip in.

        Raises:
            ConfigError: it has no name.
            InputError: it is no video that browsers play.
            LimitError: it is too long.
        """
        name = " ".join(name.split())[:80]
        if not name:
            raise ConfigError(mark("The clip needs a name; type one."))
        suffix = Path(filename).suffix.lower()
        if suffix not in SUFFIXES:
            raise InputError(
                Sentence(
                    mark("Browsers play MP4 and WebM. Received: {suffix}."),
                    suffix=suffix or "no suffix",
                )
            )
        key = secrets.token_hex(8)
        make_private_dir(self._folder)
        with whole_folder(self._folder / key, private=True) as part:
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
                    Sentence(
                        mark("The clip is {n} s long and the limit is {most} s; cut it."),
                        n=f"{duration_s:.0f}",
                        most=f"{MAX_DURATION_S:.0f}",
                    )
                )
            clip = StimulusClip(key, name, video.name, round(duration_s, 3))
            (part / "clip.json").write_text(json.dumps(asdict(clip)), encoding="utf-8")
            make_private_dir(part / "viewings")
        return clip

    def remove(self, clip: StimulusClip) -> None:
        """The clip, and all that viewers gave."""
        with contextlib.suppress(FileNotFoundError):  # somebody else removed it
            remove_whole(self._folder / clip.key)

    def give(
        self,
        clip: StimulusClip,
        course: ReactionCourse,
        consent: str,
        browser: str = "",
        *,
        model: dict[str, Any] | None = None,
    ) -> str:
        """Keep a viewer's numbers; the code by which they can be taken back.

        Of each browser and clip one viewing counts: a new one takes the place of the one before,
        which is deleted. Otherwise somebody who gives k times would be a group.

        Args:
            clip: that was watched.
            course: what the face showed.
            consent: the text that was agreed to.
            browser: what tells this browser from others; kept as a digest that differs from clip
                to clip. Empty where it is not known.
            model: it was measured with, see ``ModelIdentity.to_dict``.

        Raises:
            InputError: the clip was removed meanwhile.
        """
        values = {"consent": consent, "model": model, **course_values(course)}
        return self._viewings(clip).keep(values, browser)

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
            if holds_numbers(values):
                empty_viewing(path, values["given_s"])
                found = True
        return found

    def courses(self, clip: StimulusClip) -> list[ReactionCourse | None]:
        """The courses of all viewers of a clip by itself, in the order in which they gave them;
        None for those whose numbers were deleted, are not of this clip or are older than
        FER_RETENTION_DAYS, deleted yet or not."""
        return [
            None if values is None else course_from(values, clip.duration_s)
            for values in self._viewings(clip).read()
        ]

    def models(self, clip: StimulusClip) -> list[dict[str, Any]]:
        """The models that the viewings of a clip were measured with, each once."""
        return self._viewings(clip).models()

    def _viewings(self, clip: StimulusClip) -> ViewingFolder:
        return ViewingFolder(self._folder / clip.key, self._clock)

    def purge(self, *, dry_run: bool = False) -> int:
        """Delete the numbers of viewings that are older than FER_RETENTION_DAYS, of all clips and
        studies, and the pieces that a killed process left; how many viewings.

        Args:
            dry_run: only count.
        """
        oldest_s, gone = oldest_given_s(self._clock), 0
        for path in self._folder.glob("*/viewings/*.json"):
            values = peek_object(path)
            if holds_numbers(values) and values["given_s"] < oldest_s:
                gone += 1
                if not dry_run:
                    empty_viewing(path, values["given_s"])
        if not dry_run:
            self._remove_pieces()
        return gone

    def _remove_pieces(self) -> None:
        """Delete what is left of clips and viewings that were being written or removed when a
        process was killed."""
        clear_pieces(self._folder)
        for viewings in self._folder.glob("*/viewings"):
            clear_pieces(viewings)


def _duration_s(path: Path) -> float:
    found = measure_video(path, MAX_DURATION_S)
    if (found.codec, found.pixel_format) not in _PLAYED:
        raise InputError(
            f"{printable_name(path)} holds {found.codec} video ({found.pixel_format}), which "
            "not every browser plays; save it as H.264 or VP9 with 8 bits."
        )
    return found.length_s
