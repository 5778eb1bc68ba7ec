"""One file at a time through the pipeline; the networks are loaded once."""

import errno
import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from fer_core.analysis.annotated import draw_still
from fer_core.analysis.cuts import CutDetector
from fer_core.analysis.document import Document
from fer_core.analysis.hints import SAMPLE, SAMPLE_SIDE, explain
from fer_core.analysis.moments import StrongestMoments
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Progress, Task
from fer_core.analysis.results import ResultWriter
from fer_core.analysis.tables import face_rows, second_row
from fer_core.config import settings
from fer_core.errors import FerError, LimitError
from fer_core.imaging.decode import read_picture
from fer_core.imaging.frame import ArrayFrame, VideoFrame
from fer_core.pipeline import LIVE_EXPIRY_S, FacePipeline, build_pipeline
from fer_core.temporal import EpisodeDetector, PlainFilter, SecondWindows, Smoother
from fer_core.text import printable_name
from fer_core.tracking import Tracker
from fer_core.types import EmotionSample, Faces, FrameResult, ImageArray
from fer_core.video import VideoReader, read_frame

_log = logging.getLogger(__name__)

#: Progress is told so often.
_TELL_EVERY_S = 0.25
#: A file that says it is longer than what could be read by more than this broke off.
_MISSING_S = 2.0
#: Detectors are less sure of faces that lie on their side or stand on their heads.
_DOUBTFUL = 0.75
#: After damage pictures change at once without a cut, until the next whole one.
_SMEARED_S = 5.0
#: Damaged places that a sentence names.
_MOST_SHOWN = 5
#: Between two frames of a file a face is out of sight for at most so long, as the tracker counts:
#: three frames without it are needed before it gets another id.
_STEP_S = 0.5


class Engine:
    """Analyses files with the same options. Not for two threads at once.

    Args:
        options: of the run.
        out: folder of the results; exists.
        mark: see ``ResultWriter``.

    Raises:
        FerError: model or detector cannot be loaded.
    """

    def __init__(self, options: AnalysisOptions, out: Path, *, mark: str = "") -> None:
        cv2.setNumThreads(1)  # as many processes as cores, and the same sums in each
        self.options, self._out, self._mark = options, out, mark
        self._video = self._build(live=True, small_faces=options.small_faces)
        assert self._video.smoother is not None  # of a live pipeline
        self._steady = self._video.smoother.steady
        if options.filter == "plain":
            self._steady = PlainFilter(options.smooth_s)
        self._picture: FacePipeline | None = None

    def _build(self, *, live: bool, small_faces: bool) -> FacePipeline:
        options = self.options
        return build_pipeline(
            options.model,
            options.detector,
            mesh=options.pose,
            live=live,
            small_faces=small_faces,
            steady=options.filter,
        )

    def analyse(self, task: Task, tell: Callable[[Progress], None] | None = None) -> Outcome:
        """Analyse one file and write its results; never raises for what a file holds.

        Args:
            task: the file.
            tell: called a few times a second with how far a video is.
        """
        run = self._analyse_picture if task.kind == "picture" else self._analyse_video
        writer: ResultWriter | None = None
        try:
            check_size(task)
            writer = ResultWriter(self._out, task.stem, self.options, self._mark)
            outcome = run(task, writer, tell or (lambda _: None))
        except FerError as error:
            outcome = _failed(task, str(error))
        except OSError as error:
            what = f"{printable_name(task.name)} could not be analysed"
            todo = "check disk and folder"
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                todo = f"the disk is full under {printable_name(self._out)}, make room"
            outcome = _failed(task, f"{what} ({error.strerror or error}); {todo}.")
        except Exception as error:  # whatever damage brings out of a library, the rest goes on
            _log.exception("analysis of %s", printable_name(task.name))
            what = f"{printable_name(task.name)} could not be analysed"
            outcome = _failed(task, f"{what} ({type(error).__name__}); convert it and try again.")
        if writer is not None and outcome.status == "failed":
            writer.discard()
        return outcome

    @property
    def _stills_pipeline(self) -> FacePipeline:
        """Finds small faces; loaded when it is needed."""
        if self._picture is None:
            self._picture = self._build(live=False, small_faces=True)
        return self._picture

    def _score(self, bgr: ImageArray) -> float:
        detector = self._video.detector
        return _best(detector.detect(ArrayFrame(bgr).bgr(detector.max_side)))

    def _score_small(self, bgr: ImageArray) -> float:
        return _best(self._stills_pipeline.detector.detect(bgr))

    # --- pictures -------------------------------------------------------------------------------

    def _analyse_picture(
        self, task: Task, writer: ResultWriter, tell: Callable[[Progress], None]
    ) -> Outcome:
        picture = read_picture(task.file)
        bgr = picture.bgr
        result = self._stills_pipeline.process(ArrayFrame(bgr))
        count = len(result.faces)
        faces = result.faces.with_(track_ids=np.arange(1, count + 1))  # numbers to tell them apart
        result = FrameResult(
            0.0, result.width, result.height, faces, result.probs, result.smoothed, result.labels
        )
        document = self._document(task)
        document.width, document.height = result.width, result.height
        document.frames = document.analysed = 1
        document.rows, document.picture, document.note = count, result, picture.note
        if not count:
            sample = [ArrayFrame(bgr).bgr(SAMPLE_SIDE)]
            looks = self._score, self._score_small
            hint = explain(sample, *looks, kind="picture", tried_small=True, found=False)
            document.note = " ".join(filter(None, (picture.note, hint)))
        writer.add_faces(face_rows(task.name, 0, result))
        drawn = draw_still(bgr, result, blur=self.options.blur)
        if self.options.annotate:
            writer.save_picture(drawn)
        tell(Progress(0.0, 0.0, 1))
        return _outcome(task, document, writer.finish(document, [drawn]))

    # --- videos ---------------------------------------------------------------------------------

    def _analyse_video(
        self, task: Task, writer: ResultWriter, tell: Callable[[Progress], None]
    ) -> Outcome:
        with VideoReader(task.file, threads=1) as reader:
            document = self._document(task)
            self._check_duration(task, reader.duration_s)
            document.fps = reader.fps
            pipeline = self._video.with_memory(
                Tracker(expiry_s=LIVE_EXPIRY_S, max_step_s=_STEP_S),
                Smoother(expiry_s=self.options.expiry_s, steady=self._steady),
            )
            self._follow(task, reader, pipeline, document, writer, tell)
            document.warning = _damage_text(task, reader, document.duration_s)
            if writer.annotated is not None:
                writer.annotated.finish(task.file, reader.start_s)
        if document.rows == 0 or document.score < _DOUBTFUL:
            document.note = self._hint(task, document)
        stills = self._stills(task, document) if "html" in self.options.formats else []
        return _outcome(task, document, writer.finish(document, stills))

    def _hint(self, task: Task, document: Document) -> str:
        """Why so little was found, from a few frames of the whole length."""
        times = np.linspace(0, document.duration_s, min(SAMPLE, document.frames))
        try:
            frames = [read_frame(task.file, float(t)).bgr(SAMPLE_SIDE) for t in times]
        except FerError:  # it was read before: this is help only
            return ""
        return explain(
            frames,
            self._score,
            self._score_small,
            kind="video",
            tried_small=self.options.small_faces,
            found=document.rows > 0,
        )

    def _follow(
        self,
        task: Task,
        reader: VideoReader,
        pipeline: FacePipeline,
        document: Document,
        writer: ResultWriter,
        tell: Callable[[Progress], None],
    ) -> None:
        """Every frame once: analysed, measured, written. What is open is closed in any case."""
        windows, episodes = SecondWindows(), EpisodeDetector()
        moments, cuts = StrongestMoments(), CutDetector()
        copy = writer.open_annotated(reader.fps or 30.0) if self.options.annotate else None
        result: FrameResult | None = None
        told_s = time.monotonic()
        lost = 0

        def keep(samples: list[EmotionSample]) -> None:
            for sample in samples:
                document.seconds.append(sample)
            writer.add_seconds([second_row(task.name, sample) for sample in samples])

        try:
            for frame, is_due in due_frames(reader, self.options.every_s):
                if document.frames == 0:
                    document.width, document.height = frame.width, frame.height
                self._check_duration(task, frame.time_s)
                for begin_s, _ in reader.lost[lost:]:
                    windows.pause(begin_s)
                    episodes.pause(begin_s)
                lost = len(reader.lost)
                if is_due:
                    is_cut = cuts.is_cut(frame) and not _is_smeared(reader, frame.time_s)
                    if is_cut and pipeline.tracker is not None:
                        pipeline.tracker.reset()  # ids follow places within a scene
                    result = pipeline.process(frame)
                    writer.add_faces(face_rows(task.name, document.frames, result))
                    keep(windows.add(result, is_shown=True))
                    episodes.add(result, is_shown=True)
                    moments.add(result)
                    document.analysed += 1
                    document.add_scores(result.faces.scores)
                if copy is not None:
                    copy.add(frame, result)
                document.frames += 1
                document.duration_s = frame.time_s
                if time.monotonic() - told_s > _TELL_EVERY_S:
                    told_s = time.monotonic()
                    tell(Progress(frame.time_s, reader.duration_s, document.frames, reader.share))
        finally:
            # How long the last frame is shown is a guess in most containers: it counts for a face
            # of which there is nothing else.
            alone_s = 1 / (reader.fps or 25.0)
            last_s = result.time_s if result is not None else 0.0
            windows.pause(last_s, alone_s=alone_s)
            episodes.pause(last_s, alone_s=alone_s)
            keep(windows.flush())
            document.tracks = episodes.finish()
            document.moments = moments.found()

    def _check_duration(self, task: Task, seconds: float | None) -> None:
        limit = settings().max_duration_s
        if seconds is not None and seconds > limit:
            raise LimitError(
                f"{printable_name(task.name)} is longer than {limit:,.0f} s, the limit; cut it or "
                "raise FER_MAX_DURATION_S."
            )

    def _stills(self, task: Task, document: Document) -> list[ImageArray]:
        stills = []
        for moment in document.moments:
            frame = read_frame(task.file, moment.time_s)
            stills.append(draw_still(frame.bgr(), moment.result, blur=self.options.blur))
        return stills

    def _document(self, task: Task) -> Document:
        try:
            changed = datetime.fromtimestamp(Path(task.file).stat().st_mtime, UTC)
            modified = changed.isoformat(timespec="seconds")
        except (ValueError, OverflowError):  # beyond the year 9999
            modified = ""
        return Document(printable_name(task.name), task.kind, self.options, modified=modified)


def _best(faces: Faces) -> float:
    """The highest score, 0 without a face."""
    return float(faces.scores.max(initial=0.0))


def _is_smeared(reader: VideoReader, time_s: float) -> bool:
    """Whether damage may still show in a frame: it does until the next whole picture."""
    return bool(reader.damaged_s) and time_s - reader.damaged_s[-1] < _SMEARED_S


def _damage_text(task: Task, reader: VideoReader, end_s: float) -> str:
    """One sentence about what could not be read; empty where all was."""
    name = printable_name(task.name)
    if reader.lost:
        shown = ", ".join(f"from {a:.2f} to {b:.2f} s" for a, b in reader.lost[:_MOST_SHOWN])
        more = len(reader.lost) - _MOST_SHOWN
        also = f", and in {more} more places" if more > 0 else ""
        total_s = sum(b - a for a, b in reader.lost)
        return (
            f"{name} is damaged: nothing could be read {shown}{also}, {total_s:.2f} s in all; the "
            "rest was analysed."
        )
    if reader.damaged_s:
        return (
            f"{name} is damaged near {reader.damaged_s[0]:.2f} s, and nothing was lost by it but "
            "perhaps single pictures; all was analysed."
        )
    if reader.missing_s > max(_MISSING_S, 2 / (reader.fps or 1.0)):
        return (
            f"{name} ends after {end_s:.1f} s of {reader.duration_s:.1f} s; copy the video again "
            "if it should be longer."
        )
    return ""


def due_frames(reader: VideoReader, every_s: float | None) -> Iterator[tuple[VideoFrame, bool]]:
    """Each frame, and whether it is analysed: the first at or after every multiple of S."""
    next_s = 0.0
    for frame in reader:
        is_due = every_s is None or frame.time_s >= next_s - 1e-6
        if every_s is not None and is_due:
            next_s = (np.floor(frame.time_s / every_s + 1e-6) + 1) * every_s
        yield frame, is_due


def check_size(task: Task) -> None:
    """Refuse a file of more bytes than the setting FER_MAX_BYTES.

    Raises:
        LimitError: it has more.
    """
    try:
        size = Path(task.file).stat().st_size
    except (OSError, ValueError):
        return  # opening it gives the sentence
    if size > settings().max_bytes:
        raise LimitError(
            f"{printable_name(task.name)} has {size:,} bytes and the limit is "
            f"{settings().max_bytes:,}; cut it or raise FER_MAX_BYTES."
        )


def _failed(task: Task, message: str) -> Outcome:
    # Messages of lower layers name the path; the person knows the file by its shown name.
    if task.shown:
        message = message.replace(printable_name(task.file), printable_name(task.shown))
    return Outcome(task.file, task.stem, "failed", message)


def _outcome(task: Task, document: Document, outputs: tuple[str, ...]) -> Outcome:
    people = len(document.tracks) if task.kind == "video" else document.rows
    message = document.warning
    if task.shown:
        message = message.replace(printable_name(task.file), printable_name(task.shown))
    return Outcome(
        file=task.file,
        stem=task.stem,
        status="partial" if message else "done",
        message=message,
        outputs=outputs,
        frames=document.analysed,
        faces=document.rows,
        people=people,
        duration_s=round(document.duration_s, 3),
        note=document.note,
    )
