"""A video's frames, each once: analysed, measured, written."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fer_core.analysis.annotated import AnnotatedVideo
from fer_core.analysis.cuts import CutDetector
from fer_core.analysis.damage import is_smeared
from fer_core.analysis.document import Document
from fer_core.analysis.frames import empty_reason, face_reasons
from fer_core.analysis.inputs import check_duration
from fer_core.analysis.measuring import Measuring
from fer_core.analysis.outcome import Progress, Task
from fer_core.analysis.results import ResultWriter
from fer_core.analysis.tracks import TrackedFrame, lost_rows, track_rows
from fer_core.analysis.whereabouts import PictureTracker
from fer_core.imaging.frame import VideoFrame
from fer_core.labels import NUM_EMOTIONS
from fer_core.pipeline import FacePipeline
from fer_core.types import Faces, FrameResult
from fer_core.video import VideoReader

#: Progress is told so often.
_TELL_EVERY_S: Final = 0.25


@dataclass(slots=True)
class Following:
    """One video on its way through the pipeline.

    Where the marks change people, only the tracks are written: the rest is made from them.

    Attributes:
        task: the file.
        reader: of it, at its beginning.
        pipeline: with a memory of its own; its tracker looks at the picture.
        document: what is learnt of the file, filled while it is read.
        writer: of the results; what is opened here is closed here.
        tell: called a few times a second with how far it is.
    """

    task: Task
    reader: VideoReader
    pipeline: FacePipeline
    document: Document
    writer: ResultWriter
    tell: Callable[[Progress], None]
    _measuring: Measuring | None = None
    _copy: AnnotatedVideo | None = None
    _keeps: bool = False
    _cuts: CutDetector = field(default_factory=CutDetector)
    _result: FrameResult | None = None
    _lost: int = 0
    _step_s: float = 0.0

    def run(self) -> None:
        """Read to the end.

        Raises:
            FerError: the file holds no frame that can be read, or is longer than allowed.
            OSError: the results cannot be written.
        """
        options, later = self.document.options, self.document.markup.changes_people
        self._step_s = 1 / (self.reader.fps or 25.0)
        if not later:
            self._measuring = Measuring(self.document, self.writer, self.task.name)
        self._keeps = later or "parquet" in options.formats
        if options.annotate and not later:
            self._copy = self.writer.open_annotated(self.reader.fps or 30.0)
        told_s = time.monotonic()
        try:
            for frame, is_due in due_frames(self.reader, options.every_s):
                check_duration(self.task, frame.time_s)
                self._note_lost()
                self._take(frame, is_due)
                if time.monotonic() - told_s > _TELL_EVERY_S:
                    told_s = time.monotonic()
                    self._tell_progress(frame.time_s)
        finally:
            self._note_lost()
            if self._measuring is not None:
                self._measuring.finish(self._step_s)

    def _take(self, frame: VideoFrame, is_due: bool) -> None:
        document, measuring = self.document, self._measuring
        if document.frames == 0:
            document.width, document.height = frame.width, frame.height
        index, seen = document.frames, None
        if is_due and (measuring is None or measuring.is_counted(frame.time_s)):
            seen = self._result = self._process(frame)
        tracked = _tracked(index, frame, seen)
        if measuring is None:
            document.add_scores(tracked.faces.scores)
        elif seen is None:
            measuring.skip(index, frame.time_s)
        else:
            measuring.add(index, seen, tracked.reasons, tracked.otherwise)
        if self._keeps:
            self.writer.add_tracks(track_rows(tracked))
        if self._copy is not None:
            self._copy.add(frame, self._result)
        document.frames += 1
        document.duration_s = frame.time_s

    def _process(self, frame: VideoFrame) -> FrameResult:
        is_cut = self._cuts.is_cut(frame) and not is_smeared(self.reader, frame.time_s)
        tracker = self.pipeline.tracker
        assert isinstance(tracker, PictureTracker)  # of a video
        tracker.see(frame, is_cut=is_cut)
        return self.pipeline.process(frame)

    def _note_lost(self) -> None:
        """Rows for what damage has cost since the last frame."""
        for begin_s, end_s in self.reader.lost[self._lost :]:
            if self._measuring is not None:
                self._measuring.lose(begin_s, end_s, self._step_s)
            if self._keeps:
                self.writer.add_tracks(lost_rows(begin_s, end_s, self._step_s))
        self._lost = len(self.reader.lost)

    def _tell_progress(self, time_s: float) -> None:
        reader = self.reader
        self.tell(Progress(time_s, reader.duration_s, self.document.frames, reader.share))


def due_frames(reader: VideoReader, every_s: float | None) -> Iterator[tuple[VideoFrame, bool]]:
    """Each frame, and whether it is analysed: the first at or after every multiple of S."""
    next_s = 0.0
    for frame in reader:
        is_due = every_s is None or frame.time_s >= next_s - 1e-6
        if every_s is not None and is_due:
            next_s = (np.floor(frame.time_s / every_s + 1e-6) + 1) * every_s
        yield frame, is_due


def _tracked(index: int, frame: VideoFrame, result: FrameResult | None) -> TrackedFrame:
    """A frame as it is kept; ``result`` is None where the networks did not see it."""
    if result is None:
        none = np.zeros((0, NUM_EMOTIONS), np.float32)
        return TrackedFrame(index, frame.time_s, False, Faces.empty(), none, (), "")
    faces = result.faces
    otherwise = "" if len(faces) else empty_reason(frame)
    reasons = face_reasons(frame, result)
    return TrackedFrame(index, frame.time_s, True, faces, result.probs, reasons, otherwise)
