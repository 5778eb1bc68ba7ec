"""What a person marks in a recording: spans, markers, who is who, neutral spans. A small JSON file.

Intervals of time include their start and not their end. Track ids are those of the analysis of the
same file with the same options: nothing here recognises a face.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from fer_core.errors import InputError
from fer_core.files import write_whole
from fer_core.text import printable_name

#: Number of the file's format.
VERSION: Final = 1
_MOST_BYTES: Final = 1_000_000
_MOST_TEXT: Final = 200
#: A neutral span needs the face for so long.
MIN_NEUTRAL_S: Final = 1.0
#: What the rows of a table say of the marks at their time.
MARK_COLUMNS: Final = ("condition", "group", "marker")

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the recording, of a condition and a group; or left out of everything."""

    from_s: float
    to_s: float
    condition: str = ""
    group: str = ""
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment with a text."""

    time_s: float
    text: str


@dataclass(frozen=True, slots=True)
class NeutralSpan:
    """Where a person's face is at rest."""

    track_id: int
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Markup:
    """All marks of one recording.

    Attributes:
        from_s, to_s: only this part is looked at; ``to_s`` None: to the end.
        spans, markers: in order of time.
        merges: (track, person): this track is that person, too.
        names: (person, name).
        dropped: tracks that count for nothing, such as a poster's.
        neutral: at most one span per person.

    Raises:
        InputError: a value is impossible.
    """

    from_s: float = 0.0
    to_s: float | None = None
    spans: tuple[Span, ...] = ()
    markers: tuple[Marker, ...] = ()
    merges: tuple[tuple[int, int], ...] = ()
    names: tuple[tuple[int, str], ...] = ()
    dropped: tuple[int, ...] = ()
    neutral: tuple[NeutralSpan, ...] = ()

    def __post_init__(self) -> None:
        end_s = math.inf if self.to_s is None else self.to_s
        intervals = [(self.from_s, end_s), *((one.from_s, one.to_s) for one in self.spans)]
        for begin, end in (*intervals, *((one.from_s, one.to_s) for one in self.neutral)):
            if not 0 <= begin < end:
                raise InputError(
                    "A span must begin at 0 s or later and end after it began. "
                    f"Received: {begin:g} to {end:g} s."
                )
        if any(not 0 <= one.time_s < math.inf for one in self.markers):
            raise InputError("A marker must stand at 0 s or later.")
        set_ = object.__setattr__
        set_(self, "spans", tuple(sorted(self.spans, key=lambda s: (s.from_s, s.to_s))))
        set_(self, "markers", tuple(sorted(self.markers, key=lambda m: (m.time_s, m.text))))
        for track, person in self.merges:
            if self.person_of(track) == track or track == person:
                raise InputError(
                    f"Track {track} cannot be merged with itself: take back another merge first."
                )

    # --- time -----------------------------------------------------------------------------------

    @property
    def counted(self) -> list[Interval]:
        """What is looked at: from-to without the spans that are excluded."""
        end_s = math.inf if self.to_s is None else self.to_s
        kept: list[Interval] = [(self.from_s, end_s)]
        for out in (span for span in self.spans if span.exclude):
            kept = [
                part
                for a, b in kept
                for part in ((a, min(b, out.from_s)), (max(a, out.to_s), b))
                if part[0] < part[1]
            ]
        return kept

    def counted_of(self, condition: str, group: str) -> list[Interval]:
        """What is looked at of a condition and group."""
        return [
            (max(a, c), min(b, d))
            for a, b in self.intervals_of(condition, group)
            for c, d in self.counted
            if max(a, c) < min(b, d)
        ]

    def intervals_of(self, condition: str, group: str) -> list[Interval]:
        """The spans of a condition and group, without overlaps."""
        return _joined(
            (s.from_s, s.to_s)
            for s in self.spans
            if not s.exclude and (s.condition, s.group) == (condition, group)
        )

    @property
    def excluded(self) -> list[Interval]:
        """The spans that are left out, without overlaps."""
        return _joined((s.from_s, s.to_s) for s in self.spans if s.exclude)

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """(condition, group) of all spans that are not excluded, in order of their first."""
        return list(dict.fromkeys((s.condition, s.group) for s in self.spans if not s.exclude))

    def span_words(self, from_s: float, to_s: float) -> tuple[str, str]:
        """Conditions and groups of the spans that share some of a stretch, each joined by "; ".

        Args:
            from_s, to_s: its ends, in s; equal for a moment.
        """
        spans = [
            s
            for s in self.spans
            if not s.exclude and (s.from_s <= from_s < s.to_s or from_s < s.from_s < to_s)
        ]
        return (
            "; ".join(dict.fromkeys(s.condition for s in spans if s.condition)),
            "; ".join(dict.fromkeys(s.group for s in spans if s.group)),
        )

    def marker_words(self, from_s: float, to_s: float) -> str:
        """Texts of the markers of a stretch, joined by "; "; one without a text is ``marker``."""
        return "; ".join(m.text or "marker" for m in self.markers if from_s <= m.time_s < to_s)

    # --- people ---------------------------------------------------------------------------------

    def person_of(self, track_id: int) -> int | None:
        """Whom a track belongs to; None where it counts for nothing."""
        into, seen = dict(self.merges), {track_id}
        if track_id in self.dropped:
            return None
        while track_id in into:
            track_id = into[track_id]
            if track_id in self.dropped:
                return None
            if track_id in seen:
                return track_id
            seen.add(track_id)
        return track_id

    def name_of(self, person: int, plain: str = "Face") -> str:
        """A person's name, or ``Face 1``."""
        return dict(self.names).get(person) or f"{plain} {person}"

    @property
    def changes_people(self) -> bool:
        """Whether probabilities and labels have to be made anew from the tracks."""
        return bool(self.merges or self.dropped or self.neutral)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is marked."""
        return self == Markup()

    # --- as a file ------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Marks from ``to_dict``'s values.

        Raises:
            InputError: something is missing, or of another kind.
        """
        try:
            return cls(
                from_s=float(values.get("from_s") or 0.0),
                to_s=None if values.get("to_s") is None else float(values["to_s"]),
                spans=tuple(
                    Span(
                        float(s["from_s"]),
                        float(s["to_s"]),
                        _text(s.get("condition", "")),
                        _text(s.get("group", "")),
                        bool(s.get("exclude", False)),
                    )
                    for s in values.get("spans", ())
                ),
                markers=tuple(
                    Marker(float(m["time_s"]), _text(m["text"])) for m in values.get("markers", ())
                ),
                merges=tuple((int(a), int(b)) for a, b in values.get("merges", ())),
                names=tuple((int(a), _text(b)) for a, b in values.get("names", ())),
                dropped=tuple(int(a) for a in values.get("dropped", ())),
                neutral=tuple(
                    NeutralSpan(int(n["track_id"]), float(n["from_s"]), float(n["to_s"]))
                    for n in values.get("neutral", ())
                ),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"The marks are not in the form that Mien writes ({error}); make them on the "
                "Analyse page, or see docs/analysis.md."
            ) from error

    def between(self, from_s: float | None, to_s: float | None) -> Self:
        """The same marks with another from-to, where given."""
        return replace(
            self,
            from_s=self.from_s if from_s is None else from_s,
            to_s=self.to_s if to_s is None else to_s,
        )


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps."""
    joined: list[Interval] = []
    for a, b in sorted(intervals):
        if joined and a <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(b, joined[-1][1]))
        else:
            joined.append((a, b))
    return joined


def length_s(intervals: Sequence[Interval], end_s: float) -> float:
    """Seconds of intervals up to an end."""
    return sum(max(0.0, min(b, end_s) - a) for a, b in intervals)


def _text(value: Any) -> str:
    """One line of text, at most 200 characters."""
    return " ".join(str(value).split())[:_MOST_TEXT]


def save_markup(markup: Markup, path: Path) -> None:
    """Write the file, whole or not at all."""
    values = {"mien_spans": VERSION} | markup.to_dict()
    write_whole(path, json.dumps(values, indent=1, ensure_ascii=False).encode())


def parse_markup(content: bytes, name: str) -> Markup:
    """The marks in a file's content.

    Raises:
        InputError: it is none of ours.
    """
    try:
        values = json.loads(content[: _MOST_BYTES + 1].decode("utf-8-sig"))
    except ValueError as error:
        raise InputError(
            f"{printable_name(name)} holds no marks that can be read: it is no JSON."
        ) from error
    if not isinstance(values, dict) or values.get("mien_spans") != VERSION:
        raise InputError(
            f"{printable_name(name)} holds no marks of a recording: its first entry must be "
            f'"mien_spans": {VERSION}.'
        )
    return Markup.from_dict(values)


def load_markup(path: str | Path) -> Markup:
    """The marks of a file.

    Raises:
        InputError: it cannot be read, or is none of ours.
    """
    try:
        with Path(path).open("rb") as file:
            return parse_markup(file.read(_MOST_BYTES + 1), str(path))
    except OSError as error:
        raise InputError(
            f"{printable_name(str(path))} cannot be read ({error.strerror}); give the file that "
            "holds the marks."
        ) from error
