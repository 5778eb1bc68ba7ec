"""The manifest of a recorded set: one line per face, readable as any other manifest."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fer_core.datasets.manifest import COLUMNS as BASE_COLUMNS
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.studio.quality import HINT_WORDS

#: What every manifest has, then what the studio adds. ``asked`` is the expression the person was
#: asked for, whatever the face was labelled later; ``rejected`` is empty or ``yes``.
COLUMNS: Final = (
    *BASE_COLUMNS,
    *("take", "detector", "box", "quality", "hints", "consent", "asked", "rejected"),
)
FILE_PATTERN: Final = re.compile(r"^faces/[0-9a-f]{16}\.png\Z")
#: Letters, digits, and what stands between them: no path, no formula of a spreadsheet.
PSEUDONYM_PATTERN: Final = re.compile(r"^\w(?:[\w .-]{0,38}\w)?\Z")
_DETECTOR = re.compile(r"^[a-z0-9_-]{1,20}\Z")
_CONSENT = re.compile(r"^[\w.-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class FaceRow:
    """One face of a set.

    Attributes:
        file: relative to the set's folder.
        participant: pseudonym; emotion: the label now; asked: the one at recording.
        take: number of the recording, unique in the set; time_s: seconds in it.
        box: x1 y1 x2 y2, whole pixels of the frame; detector: that found it.
        quality: 0..1; hints: what was wrong with the frame.
        consent: version of the text the participant agreed to.
        is_rejected: kept, but not part of the set.

    Raises:
        DataError: a value that cannot stand in a manifest.
    """

    file: str
    participant: str
    emotion: str
    take: int
    time_s: float
    detector: str
    box: tuple[int, int, int, int]
    quality: float
    hints: tuple[str, ...]
    consent: str
    asked: str
    is_rejected: bool = False

    def __post_init__(self) -> None:
        for name, value, is_right in (
            ("file", self.file, FILE_PATTERN.match(self.file)),
            ("participant", self.participant, PSEUDONYM_PATTERN.match(self.participant)),
            ("emotion", self.emotion, self.emotion in EMOTIONS),
            ("asked", self.asked, self.asked in EMOTIONS),
            ("take", self.take, 0 < self.take < 10**9),
            ("time_s", self.time_s, 0 <= self.time_s < 10**7),
            ("box", self.box, len(self.box) == 4 and all(abs(v) < 10**6 for v in self.box)),
            ("quality", self.quality, 0 <= self.quality <= 1),
            ("hints", self.hints, set(self.hints) <= set(HINT_WORDS)),
            ("detector", self.detector, _DETECTOR.match(self.detector)),
            ("consent", self.consent, _CONSENT.match(self.consent)),
        ):
            if not is_right:
                raise DataError(f"{name} of a recorded face is impossible. Received: {value!r}.")

    @property
    def clip(self) -> str:
        """Name of the take, for readers of any manifest."""
        return f"take-{self.take:04d}"

    def cells(self) -> tuple[str, ...]:
        """The line, in the order of ``COLUMNS``."""
        return (
            self.file,
            self.participant,
            self.clip,
            self.emotion,
            f"{self.time_s:.3f}",
            str(self.take),
            self.detector,
            " ".join(map(str, self.box)),
            f"{self.quality:.3f}",
            " ".join(self.hints),
            self.consent,
            self.asked,
            "yes" if self.is_rejected else "",
        )


def format_manifest(rows: Iterable[FaceRow]) -> str:
    """The manifest as CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.cells() for row in rows)
    return out.getvalue()


def parse_manifest(text: str, where: str) -> list[FaceRow]:
    """The rows of a manifest as ``format_manifest`` writes it.

    Raises:
        DataError: what is wrong in which line; a file listed twice.
    """
    rows: list[FaceRow] = []
    seen: set[str] = set()
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise DataError(f"{where} cannot be read as a manifest: {error}.") from error
    if not lines or tuple(lines[0]) != COLUMNS:
        got = ", ".join(lines[0]) if lines else "nothing"
        raise DataError(f"{where} must begin with {', '.join(COLUMNS)}. Received: {got}.")
    for number, cells in enumerate(lines[1:], start=2):
        row = _parse(cells, f"{where}, line {number}")
        if row.file in seen:
            raise DataError(f"{where}, line {number}: {row.file} is listed twice.")
        seen.add(row.file)
        rows.append(row)
    return rows


def _parse(cells: list[str], where: str) -> FaceRow:
    if len(cells) != len(COLUMNS):
        raise DataError(f"{where} has {len(cells)} cells where the header has {len(COLUMNS)}.")
    cell = dict(zip(COLUMNS, cells, strict=True))
    if cell["rejected"] not in ("", "yes"):
        raise DataError(f"{where}: rejected must be empty or yes. Received: {cell['rejected']!r}.")
    try:
        x1, y1, x2, y2 = (int(v) for v in cell["box"].split(" "))
        row = FaceRow(
            file=cell["file"],
            participant=cell["participant"],
            emotion=cell["emotion"],
            take=int(cell["take"]),
            time_s=float(cell["time_s"]),
            detector=cell["detector"],
            box=(x1, y1, x2, y2),
            quality=float(cell["quality"]),
            hints=tuple(cell["hints"].split()),
            consent=cell["consent"],
            asked=cell["asked"],
            is_rejected=cell["rejected"] == "yes",
        )
    except ValueError as error:
        raise DataError(f"{where} holds something else than a number: {error}.") from error
    except DataError as error:
        raise DataError(f"{where}: {error}") from error
    if row.clip != cell["clip"]:
        raise DataError(f"{where}: clip must be {row.clip}. Received: {cell['clip']!r}.")
    return row
