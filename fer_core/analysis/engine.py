"""One file at a time through the pipeline; the networks are loaded once."""

import errno
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from fer_core.analysis.annotated import draw_still
from fer_core.analysis.damage import damage_text
from fer_core.analysis.document import Document, outcome_of
from fer_core.analysis.following import Following
from fer_core.analysis.frames import face_reasons, frame_reason
from fer_core.analysis.hints import SAMPLE, SAMPLE_SIDE, explain, explain_unusable
from fer_core.analysis.inputs import check_duration, check_size, hash_file
from fer_core.analysis.looks import Look, LookAgainError
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Progress, Task
from fer_core.analysis.results import ResultWriter
from fer_core.analysis.rework import derive_video
from fer_core.analysis.tables import face_rows
from fer_core.analysis.turning import find_turns
from fer_core.analysis.whereabouts import PictureTracker
from fer_core.classification.identity import identify_model
from fer_core.errors import FerError
from fer_core.imaging.decode import read_picture
from fer_core.imaging.frame import ArrayFrame, Frame
from fer_core.pipeline import LIVE_EXPIRY_S, FacePipeline, build_pipeline
from fer_core.temporal import PlainFilter, Smoother
from fer_core.text import printable_name
from fer_core.types import Faces, FrameResult, ImageArray
from fer_core.video import VideoReader, read_frame

_log = logging.getLogger(__name__)

#: Detectors are less sure of faces that lie on their side or stand on their heads.
_DOUBTFUL = 0.75
#: Surer ones are neither covered nor turned away: of the portrait's, those covered by a half scored
#: 0.56 to 0.75, uncovered 0.89 to 0.95; a head in profile 0.75 to 0.79.
_SURE = 0.85
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
        # A name that means another model later is none for a result.
        self._model = identify_model(options.model)
        options = replace(options, model=self._model.name)
        self.options, self._out, self._mark = options, out, mark
        self._video = self._build(live=True, small_faces=options.small_faces)
        assert self._video.smoother is not None  # of a live pipeline
        self._steady = self._video.smoother.steady
        if options.filter == "plain":
            self._steady = PlainFilter(options.smooth_s)
        self._picture: FacePipeline | None = None
        self._small: FacePipeline | None = None
        self._closer: FacePipeline | None = None

    def _build(self, *, live: bool, small_faces: bool, closer: bool = False) -> FacePipeline:
        """As asked for; ``closer`` also measures where faces look and what covers them."""
        options = self.options
        return build_pipeline(
            options.model,
            options.detector,
            mesh=options.pose or options.measures or closer,
            covering=options.pose or closer,
            live=live,
            small_faces=small_faces,
            tilted=options.tilted,
            steady=options.filter,
        )

    def analyze(self, task: Task, tell: Callable[[Progress], None] | None = None) -> Outcome:
        """Analyse one file and write its results; never raises for what a file holds.

        Args:
            task: the file.
            tell: called a few times a second with how far a video is.
        """
        run = self._analyze_picture if task.kind == "picture" else self._analyze_video
        writer: ResultWriter | None = None
        try:
            check_size(task)
            writer = ResultWriter(self._out, task.stem, self.options, self._mark)
            try:
                outcome = run(task, writer, tell or (lambda _: None), Look())
            except LookAgainError as found:
                writer.discard()
                writer = ResultWriter(self._out, task.stem, self.options, self._mark)
                outcome = run(task, writer, tell or (lambda _: None), found.look)
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

    @property
    def _small_video(self) -> FacePipeline:
        """The pipeline for pictures: it finds small faces as well; loaded when it is needed."""
        if self._small is None:
            self._small = self._build(live=True, small_faces=True)
        return self._small

    def _score(self, bgr: ImageArray) -> float:
        detector = self._video.detector
        return _best(detector.detect(ArrayFrame(bgr).bgr(detector.max_side)))

    def _score_small(self, bgr: ImageArray) -> float:
        return _best(self._stills_pipeline.detector.detect(bgr))

    # --- pictures -------------------------------------------------------------------------------

    def _analyze_picture(
        self, task: Task, writer: ResultWriter, tell: Callable[[Progress], None], look: Look
    ) -> Outcome:
        picture = read_picture(task.file)
        bgr = np.ascontiguousarray(np.rot90(picture.bgr, look.turns))
        result = self._stills_pipeline.process(ArrayFrame(bgr))
        count = len(result.faces)
        faces = result.faces.with_(track_ids=np.arange(1, count + 1))  # numbers to tell them apart
        result = FrameResult(
            0.0, result.width, result.height, faces, result.probs, result.smoothed, result.labels
        )
        document = self._document(task, look)
        document.width, document.height = result.width, result.height
        document.frames = document.analysed = 1
        document.rows, document.picture = count, result
        hint = look.text("picture")
        if not look.turns and _best(faces) < _SURE:
            small = [ArrayFrame(bgr).bgr(SAMPLE_SIDE)]
            hint = self._hint_of(small, [ArrayFrame(bgr)], document, _best(faces))
        document.note = " ".join(filter(None, (picture.note, hint)))
        writer.begin(document.origin)
        writer.add_faces(face_rows(task.name, 0, result))
        if self.options.measures:
            writer.open_measures(task.name).add(result, 0)
        drawn = draw_still(bgr, result, blur=self.options.blur)
        if self.options.annotate:
            writer.save_picture(drawn)
        tell(Progress(0.0, 0.0, 1))
        return outcome_of(task, document, writer.finish(document, [drawn]))

    # --- videos ---------------------------------------------------------------------------------

    def _analyze_video(
        self, task: Task, writer: ResultWriter, tell: Callable[[Progress], None], look: Look
    ) -> Outcome:
        with VideoReader(task.file, threads=1, turns=look.turns) as reader:
            document = self._document(task, look)
            writer.begin(document.origin)
            check_duration(task, reader.duration_s)
            document.fps = reader.fps
            pipeline = (self._small_video if look.small else self._video).with_memory(
                PictureTracker(expiry_s=LIVE_EXPIRY_S, max_step_s=_STEP_S),
                Smoother(expiry_s=self.options.expiry_s, steady=self._steady),
            )
            Following(task, reader, pipeline, document, writer, tell).run()
            document.warning = damage_text(task, reader, document.duration_s)
            if writer.annotated is not None:
                writer.annotated.finish(task.file, reader.start_s)
        document.note = look.text("video")
        if look == Look() and (document.rows == 0 or document.score < _SURE):
            document.note = self._hint(task, document)
        if document.markup.changes_people:
            writer.close_tracks()
            derive_video(writer.tracks_path, task, document, writer)
        stills = self._stills(task, document) if "html" in self.options.formats else []
        return outcome_of(task, document, writer.finish(document, stills))

    def _hint(self, task: Task, document: Document) -> str:
        """As ``_hint_of``, from a few frames of the whole length."""
        times = np.linspace(0, document.duration_s, min(SAMPLE, document.frames))
        try:
            frames = [read_frame(task.file, float(t)).bgr(SAMPLE_SIDE) for t in times]
        except FerError:  # it was read before: this is help only
            return ""
        whole = (read_frame(task.file, float(t)) for t in times)
        try:
            return self._hint_of(frames, whole, document, document.score)
        except FerError:
            return ""

    def _hint_of(
        self, frames: list[ImageArray], whole: Iterable[Frame], document: Document, score: float
    ) -> str:
        """Why nothing was found, or nothing that can be used.

        Args:
            frames: some of the file's, not larger than ``SAMPLE_SIDE``.
            whole: the same in their own size, by whose pixels a face can be used or not.
            document: of the file.
            score: of its best face.

        Raises:
            LookAgainError: faces are found once the file is turned, or small ones are looked for.
        """
        # With tilted faces, upright is as good as any other way.
        if (
            score < _DOUBTFUL
            and not self.options.tilted
            and (turns := find_turns(frames, self._score))
        ):
            raise LookAgainError(Look(turns=turns))
        if document.rows:
            return explain_unusable(self._reasons(whole), kind=document.kind)
        small = 0
        if document.kind == "video" and not self.options.small_faces:
            small = sum(self._score_small(bgr) > 0 for bgr in frames)
            if small and 2 * small >= len(frames):  # less may be a false find, and is told
                raise LookAgainError(Look(small=small, sample=len(frames)))
        return explain(frames, self._score, kind=document.kind, small=small)

    def _reasons(self, frames: Iterable[Frame]) -> list[str]:
        """Why each frame with a face cannot be used; empty where it can."""
        if self._closer is None:
            self._closer = self._build(live=False, small_faces=True, closer=True)
        found = []
        for frame in frames:
            result = self._closer.process(frame)
            if len(result.faces):
                found.append(frame_reason(result.faces.sizes, face_reasons(frame, result), ""))
        return found

    def _stills(self, task: Task, document: Document) -> list[ImageArray]:
        stills = []
        for moment in document.moments:
            frame = read_frame(task.file, moment.time_s, turns=document.options.turns)
            stills.append(draw_still(frame.bgr(), moment.result, blur=self.options.blur))
        return stills

    def _document(self, task: Task, look: Look) -> Document:
        small = self.options.small_faces or bool(look.small)
        try:
            changed = datetime.fromtimestamp(Path(task.file).stat().st_mtime, UTC)
            modified = changed.isoformat(timespec="seconds")
        except (ValueError, OverflowError):  # beyond the year 9999
            modified = ""
        return Document(
            printable_name(task.name),
            task.kind,
            replace(self.options, turns=look.turns, small_faces=small),
            modified=modified,
            model=self._model,
            sha256=hash_file(task.file),
        )


def _best(faces: Faces) -> float:
    """The highest score, 0 without a face."""
    return float(faces.scores.max(initial=0.0))


def _failed(task: Task, message: str) -> Outcome:
    # Messages of lower layers name the path; the person knows the file by its shown name.
    if task.shown:
        message = message.replace(printable_name(task.file), printable_name(task.shown))
    return Outcome(task.file, task.stem, "failed", message)
