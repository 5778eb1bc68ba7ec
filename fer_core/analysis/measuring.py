"""All that is derived of a video, frame by frame: from the networks, or from tracks again."""

from collections.abc import Sequence
from math import inf
from typing import Any, Final

from fer_core.analysis.document import ConditionSeconds, Document
from fer_core.analysis.frames import frame_reason
from fer_core.analysis.markup import Interval
from fer_core.analysis.moments import StrongestMoments
from fer_core.analysis.results import ResultWriter
from fer_core.analysis.tables import face_rows, second_row
from fer_core.temporal import EpisodeDetector, SecondWindows
from fer_core.types import EmotionSample, FrameResult

#: Pages round times: a marker that was set at a frame is that frame's, else the next one's.
_ROUNDED_S: Final = 0.005


class Measuring:
    """Feeds tables, seconds, episodes, moments and coverage with one video's frames, in order.

    What the document's marks leave out is not counted; what is shown before holds until there.

    Args:
        document: filled.
        writer: of the tables.
        name: of the file in the tables.
    """

    def __init__(self, document: Document, writer: ResultWriter, name: str) -> None:
        self._document, self._writer, self._name = document, writer, name
        self._markup = document.markup
        self._counted = self._markup.counted
        self._windows, self._episodes = SecondWindows(), EpisodeDetector()
        self._moments = StrongestMoments()
        self._parts = [
            _ConditionPart(document.add_condition(*key), self._markup.counted_of(*key))
            for key in self._markup.conditions
        ]
        self._measures = writer.open_measures(name) if document.options.measures else None
        self._last_s: float | None = None
        self._shown_s, self._marked_s = 0.0, 0.0

    def is_counted(self, time_s: float) -> bool:
        """Whether a frame of this time is looked at."""
        return _inside(self._counted, time_s)

    def add(
        self, index: int, result: FrameResult, reasons: tuple[str, ...], otherwise: str
    ) -> None:
        """Take in an analysed frame that is counted."""
        now = result.time_s
        self._pass(now)
        document = self._document
        self._writer.add_faces(face_rows(self._name, index, result))
        self._keep(self._windows.add(result, is_shown=True))
        self._episodes.add(result, is_shown=True)
        self._moments.add(result)
        if self._measures is not None:
            self._measures.add(result, index)
        for part in self._parts:
            part.add(result)
        reason = frame_reason(result.faces.sizes, reasons, otherwise)
        document.coverage.add(now, reason)
        document.analysed += 1
        document.add_scores(result.faces.scores)
        self._last_s = self._shown_s = now
        self._write(index, now, True, len(result.faces), reason)

    def skip(self, index: int, time_s: float) -> None:
        """A frame that is not analysed, or not counted."""
        self._pass(time_s)
        if self._last_s is not None:
            self._shown_s = time_s
        self._write(index, time_s, False, None, "")

    def lose(self, begin_s: float, end_s: float, step_s: float) -> None:
        """Nothing could be read in between, where a frame would have come every so often."""
        self._pass(begin_s)
        self._pause(begin_s)
        counted_s = sum(max(0.0, min(b, end_s) - max(a, begin_s)) for a, b in self._counted)
        count = max(1, round((end_s - begin_s) / step_s))
        if counted_s > 0:
            self._document.coverage.lose(begin_s, begin_s + counted_s, count)
        for number in range(count):
            self._write(None, round(begin_s + number * step_s, 4), False, None, "undecodable")

    def finish(self, step_s: float) -> None:
        """The last frame was read, ``step_s`` after the one before.

        What the last analysed frame shows counts until there. How long the last frame is shown is a
        guess in most containers: it counts for a face of which there is nothing else.
        """
        self._windows.pause(self._shown_s, alone_s=step_s)
        self._episodes.pause(self._shown_s, alone_s=step_s)
        self._document.coverage.pause(self._shown_s)
        for part in self._parts:
            part.finish(self._shown_s)
        self._keep(self._windows.flush())
        if self._measures is not None:
            self._measures.finish()
        self._document.tracks = self._episodes.finish()
        self._document.moments = self._moments.found()

    def _pass(self, now: float) -> None:
        """Time goes on: what ends on the way ends there."""
        if self._last_s is None:
            return
        end_s = _end_of(self._counted, self._last_s)
        if end_s <= now:
            self._pause(end_s)
        else:
            for part in self._parts:
                part.go_on(now)

    def _pause(self, at_s: float) -> None:
        self._windows.pause(at_s)
        self._episodes.pause(at_s)
        self._document.coverage.pause(at_s)
        for part in self._parts:
            part.pause(at_s)
        self._last_s = None

    def _keep(self, samples: list[EmotionSample]) -> None:
        for sample in samples:
            self._document.seconds.append(sample)
        self._writer.add_seconds([self._second_row(sample) for sample in samples])

    def _second_row(self, sample: EmotionSample) -> list[Any]:
        stretch = (sample.time_s, sample.time_s + sample.duration_s)
        marks = (*self._markup.span_words(*stretch), self._markup.marker_words(*stretch))
        return [*second_row(self._name, sample), *marks]

    def _write(
        self, index: int | None, time_s: float, is_analysed: bool, faces: int | None, reason: str
    ) -> None:
        until_s = time_s + _ROUNDED_S
        marker = self._markup.marker_words(self._marked_s, until_s)
        self._marked_s = until_s
        marks = (*self._markup.span_words(time_s, time_s), marker)
        row = (self._name, index, round(time_s, 4), is_analysed, faces, reason, *marks)
        self._writer.add_frames([row])


class _ConditionPart:
    """The seconds of one condition: frames within its intervals, to their very ends."""

    def __init__(self, seconds: ConditionSeconds, intervals: Sequence[Interval]) -> None:
        self._seconds, self._intervals = seconds, intervals
        self._windows = SecondWindows()
        self._last_s: float | None = None

    def add(self, result: FrameResult) -> None:
        if _inside(self._intervals, result.time_s):
            self._keep(self._windows.add(result, is_shown=True))
            self._last_s = result.time_s

    def go_on(self, now: float) -> None:
        if self._last_s is not None and (end_s := _end_of(self._intervals, self._last_s)) <= now:
            self.pause(end_s)

    def pause(self, at_s: float) -> None:
        if self._last_s is not None:
            self._windows.pause(min(at_s, _end_of(self._intervals, self._last_s)))
        self._last_s = None

    def finish(self, at_s: float) -> None:
        self.pause(at_s)
        self._keep(self._windows.flush())

    def _keep(self, samples: list[EmotionSample]) -> None:
        for sample in samples:
            self._seconds.seconds.append(sample)


def _inside(intervals: Sequence[Interval], time_s: float) -> bool:
    return any(a - 1e-6 <= time_s < b - 1e-6 for a, b in intervals)


def _end_of(intervals: Sequence[Interval], time_s: float) -> float:
    """The end of the interval that holds a time; infinity where none does."""
    return next((b for a, b in intervals if a - 1e-6 <= time_s < b - 1e-6), inf)
