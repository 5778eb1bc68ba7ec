"""A lesson as lines over time, its summary per marker, and its files. Pure.

All of it is made from the seconds that were shown, in tenths and of at least k people each, so that
none of it tells more than they did.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.classroom.answers import AnswerCount, add_up
from fer_core.classroom.measures import MEASURES, WIDTH, Matrix, round_tenths
from fer_core.labels import NUM_EMOTIONS
from fer_core.storage.export import write_csv
from fer_core.storage.room_tables import RoomAnswers, RoomSecond
from fer_core.storage.table_base import PROB_COLUMNS
from fer_core.text import mark

#: Seconds further apart leave a gap in the lines.
GAP_S: Final = 5
_SHARES: Final = ("facing", "eyes_open", "concentration")
BEFORE: Final = mark("before the first marker")


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The seconds of a room that were shown, T of them, in order.

    Attributes:
        times_s: (T,) int64, UTC seconds since 1970.
        people: (T,) int64.
        values: (T, 10) float64, columns ``MEASURES``; NaN where not shown.
        answers: counts of what students said of themselves, in order of time.
    """

    times_s: NDArray[np.int64]
    people: NDArray[np.int64]
    values: Matrix
    answers: tuple[AnswerCount, ...] = ()

    def __len__(self) -> int:
        return len(self.times_s)

    @classmethod
    def of(cls, rows: Sequence[RoomSecond], answers: Sequence[RoomAnswers] = ()) -> "Lesson":
        """A lesson from the rows of the database."""
        names = (*PROB_COLUMNS, *_SHARES)
        table = [[getattr(row, name) for name in names] for row in rows]
        return cls(
            np.array([row.second_s for row in rows], np.int64),
            np.array([row.people for row in rows], np.int64),
            np.array(table, np.float64).reshape(len(rows), WIDTH),
            tuple(
                AnswerCount(one.at_s, one.people, one.follows, one.measured, one.agrees)
                for one in answers
            ),
        )

    def then(self, later: "Lesson") -> "Lesson":
        """This, and what came after it; seconds that are there already are replaced, and so are
        all answers."""
        if not len(later):
            same = later.answers == self.answers
            return self if same else replace(self, answers=later.answers)
        old = self.times_s < later.times_s[0]
        return Lesson(
            np.concatenate([self.times_s[old], later.times_s]),
            np.concatenate([self.people[old], later.people]),
            np.concatenate([self.values[old], later.values]),
            later.answers,
        )

    def between(self, start_s: float, end_s: float) -> "Lesson":
        """The seconds with ``start_s <= time < end_s``."""
        inside = (self.times_s >= start_s) & (self.times_s < end_s)
        said = tuple(one for one in self.answers if start_s <= one.at_s < end_s)
        return Lesson(self.times_s[inside], self.people[inside], self.values[inside], said)

    def mean(self) -> Matrix:
        """(10,) means over its seconds in tenths; NaN where nothing was shown."""
        return round_tenths(np.round(self._mean(), 9))

    def _mean(self) -> Matrix:
        known = np.isfinite(self.values)
        counts = known.sum(axis=0)
        sums = np.where(known, self.values, 0.0).sum(axis=0)
        nothing = np.full(WIDTH, np.nan)
        return np.asarray(np.divide(sums, counts, out=nothing, where=counts > 0), np.float64)

    def lines(self, most: int = 150) -> tuple[NDArray[np.float64], Matrix]:
        """(times, values) to draw: at most about ``most`` points, with NaN rows in the gaps.

        Points are means of neighbouring seconds, which are in tenths each.
        """
        if not len(self):
            return np.zeros(0), np.zeros((0, WIDTH))
        span = int(self.times_s[-1] - self.times_s[0]) + 1
        step = max(1, -(-span // most))
        times: list[float] = []
        values: list[Matrix] = []
        for start in np.unique(self.times_s - self.times_s % step):
            part = self.between(int(start), int(start) + step)
            time_s = float(part.times_s.mean())
            if times and time_s - times[-1] > max(GAP_S, 2 * step):
                times.append((times[-1] + time_s) / 2)
                values.append(np.full(WIDTH, np.nan))
            times.append(time_s)
            values.append(part._mean())
        return np.array(times), np.stack(values)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What a lesson showed from one marker to the next.

    Attributes:
        label: of the marker, or ``BEFORE``.
        start_s, end_s: UTC seconds.
        shown_s: seconds of it with figures.
        fewest: fewest people that its figures are of; 0 without figures.
        mean: (10,) float64 in tenths, columns ``MEASURES``; NaN without figures.
        said: what students said of themselves in it; None where nothing was counted.
    """

    label: str
    start_s: int
    end_s: int
    shown_s: int
    fewest: int
    mean: Matrix
    said: AnswerCount | None = None


def summarise(
    lesson: Lesson, markers: Sequence[tuple[int, str]], *, start_s: int, end_s: int
) -> list[Part]:
    """The parts of a lesson in order: what lies before the first marker, then one per marker.

    Args:
        lesson: its seconds.
        markers: (UTC second, label) in order of time.
        start_s, end_s: when the room was opened and closed.
    """
    starts = [(start_s, BEFORE), *markers]
    ends = [time_s for time_s, _ in markers] + [max(end_s, starts[-1][0])]
    parts = []
    for (begin_s, label), until_s in zip(starts, ends, strict=True):
        inside = lesson.between(begin_s, until_s)
        fewest = int(inside.people.min()) if len(inside) else 0
        said = add_up(inside.answers)
        parts.append(Part(label, begin_s, until_s, len(inside), fewest, inside.mean(), said))
    return parts


def _cells(values: Matrix) -> dict[str, Any]:
    return {
        name: float(value) if np.isfinite(value) else ""
        for name, value in zip(MEASURES, values, strict=True)
    }


#: Columns of the files about what students said of themselves.
ANSWERS: Final = ("answers", "say_they_follow", "answers_measured", "camera_agrees")


def _said_cells(said: AnswerCount | None) -> dict[str, Any]:
    if said is None:
        return dict.fromkeys(ANSWERS, "")
    agrees = "" if said.agrees is None else said.agrees
    return dict(zip(ANSWERS, (said.people, said.follows, said.measured, agrees), strict=True))


def _utc(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_csv(
    lesson: Lesson, markers: Sequence[tuple[int, str]], *, start_s: int, model: str = ""
) -> str:
    """One line per second that was shown, per marker and per count of answers; shares are in
    tenths.

    Columns: ``time`` (UTC), ``second`` since the room was opened, ``people``, the seven emotions,
    ``facing``, ``eyes_open``, ``concentration``, ``marker``, those of ``ANSWERS``, and
    ``model_at_opening``, that in use when the room was opened.
    """
    rows: list[tuple[int, int, dict[str, Any]]] = [
        (int(time_s), 1, {"people": int(people), **_cells(values)})
        for time_s, people, values in zip(lesson.times_s, lesson.people, lesson.values, strict=True)
    ]
    rows += [(time_s, 0, {"marker": label}) for time_s, label in markers]
    rows += [(one.at_s, 2, _said_cells(one)) for one in lesson.answers]
    rows.sort(key=lambda row: row[:2])
    fields = ["time", "second", "people", *MEASURES, "marker", *ANSWERS, "model_at_opening"]
    blank: dict[str, Any] = dict.fromkeys(fields, "") | {"model_at_opening": model}
    return write_csv(
        fields,
        [
            blank | {"time": _utc(time_s), "second": time_s - start_s} | cells
            for time_s, _, cells in rows
        ],
    )


def summary_csv(parts: Sequence[Part], *, model: str = "") -> str:
    """One line per part of the lesson; shares are in tenths, ``model`` is that at its opening."""
    fields = [
        "marker",
        "from",
        "until",
        "seconds_shown",
        "fewest_people",
        *MEASURES,
        *ANSWERS,
        "model_at_opening",
    ]
    return write_csv(
        fields,
        [
            {
                "marker": part.label,
                "from": _utc(part.start_s),
                "until": _utc(part.end_s),
                "seconds_shown": part.shown_s,
                "fewest_people": part.fewest,
                **_cells(part.mean),
                **_said_cells(part.said),
                "model_at_opening": model,
            }
            for part in parts
        ],
    )


def top_expression(values: Matrix) -> int | None:
    """Column of the expression with the largest share; None without figures or with a tie."""
    probs = values[:NUM_EMOTIONS]
    if not np.isfinite(probs).all():
        return None
    best = int(probs.argmax())
    return best if int((probs == probs[best]).sum()) == 1 else None
