"""One pipeline for every front end: detect, track, mesh, align, classify, smooth."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np

from fer_core.classification import Classifier, load_classifier, load_head, resolve_model_dir
from fer_core.config import settings
from fer_core.detection import FaceDetector, create_detector
from fer_core.errors import ConfigError
from fer_core.imaging.crop import align_faces
from fer_core.imaging.frame import ArrayFrame, Frame
from fer_core.labels import UNSURE
from fer_core.landmarks import FaceMesh
from fer_core.landmarks.covering import COVERED
from fer_core.landmarks.mesh import MOST_FACES
from fer_core.temporal import (
    FILTERS,
    MarkovFilter,
    PlainFilter,
    RecurrentFilter,
    Smoother,
    TemporalFilter,
    label_names,
)
from fer_core.tracking import Tracker
from fer_core.types import Faces, FrameResult

#: A face keeps its id this long out of sight: a busy server may not look for about a second.
LIVE_EXPIRY_S = 1.5


class FacePipeline:
    """The stages of one stream. Keeps state per stream; not for two threads at once.

    Args:
        classifier: gives the probabilities of the crops.
        detector: finds the faces.
        mesh: measures pose and eyes; None skips that.
        tracker: gives faces their ids over time; None for stills.
        smoother: steadies probabilities and labels over time; None for stills.
    """

    def __init__(
        self,
        classifier: Classifier,
        detector: FaceDetector,
        *,
        mesh: FaceMesh | None = None,
        tracker: Tracker | None = None,
        smoother: Smoother | None = None,
    ) -> None:
        self.classifier = classifier
        self.detector = detector
        self.mesh = mesh
        self.tracker = tracker
        self.smoother = smoother
        self._stages: dict[str, float] = {}

    def with_memory(self, tracker: Tracker | None, smoother: Smoother | None) -> "FacePipeline":
        """A pipeline with these for the next stream; it shares the networks with this one.

        One after the other, not beside each other: an interpreter answers one thread at a time.
        """
        return FacePipeline(
            self.classifier, self.detector, mesh=self.mesh, tracker=tracker, smoother=smoother
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self._stages[stage] = (perf_counter() - start) * 1000.0

    def _detect(self, frame: Frame) -> Faces:
        view = frame.bgr(self.detector.max_side)
        faces = self.detector.detect(view)
        scale = np.array([frame.width / view.shape[1], frame.height / view.shape[0]], np.float32)
        if np.all(scale == 1.0) or not len(faces):
            return faces
        return faces.with_(boxes=faces.boxes * np.tile(scale, 2), keypoints=faces.keypoints * scale)

    def process(self, frame: Frame) -> FrameResult:
        """Analyse one frame; frames of a stream come in the order of their time."""
        self._stages = {}
        with self._timed("detect"):
            faces = self._detect(frame)
        if self.tracker is not None:
            with self._timed("track"):
                faces = self.tracker.update(faces, frame.time_s)
        if self.mesh is not None:
            with self._timed("mesh"):
                faces = self.mesh.measure(frame, faces)
        with self._timed("align"):
            crops = align_faces(frame.luma(), faces, self.classifier.spec.input.size)
        embeddings = None
        with self._timed("classify"):
            if self.smoother is not None and self.smoother.steady.needs_embedding:
                probs, embeddings = self.classifier.predict_embedded(crops)
            else:
                probs = self.classifier.predict_proba(crops)
        with self._timed("smooth"):
            if self.smoother is None:
                smoothed, labels = probs, label_names(probs)
            else:
                smoothed, labels = self.smoother.update(
                    probs, faces.track_ids, frame.time_s, embeddings
                )
        return FrameResult(
            time_s=frame.time_s,
            width=frame.width,
            height=frame.height,
            faces=faces,
            probs=probs,
            smoothed=smoothed,
            labels=hide_covered(labels, faces),
            stages_ms=self._stages,
        )

    def warm_up(self) -> None:
        """Run every stage once on an empty picture, so that the first frame is not the slowest."""
        self.detector.detect(np.full((128, 128, 3), 127, np.uint8))
        size = self.classifier.spec.input.size
        self.classifier.predict_proba(np.full((1, size, size), 127, np.uint8))
        if self.mesh is not None:
            blank = ArrayFrame(np.full((192, 192, 3), 127, np.uint8))
            eyes = [[76, 86], [116, 86], [96, 106], [96, 126], [56, 96], [136, 96]]
            face = Faces(
                boxes=np.array([[48, 48, 144, 144]]),
                scores=np.ones(1, np.float32),
                keypoints=np.array([eyes], np.float32),
            )
            self.mesh.measure(blank, face)


def hide_covered(labels: tuple[str, ...], faces: Faces) -> tuple[str, ...]:
    """Labels, ``unsure`` where something covers the face: what is hidden is not read."""
    covered = faces.covers >= COVERED
    if not covered.any():
        return labels
    pairs = zip(labels, covered, strict=True)
    return tuple(UNSURE if is_covered else label for label, is_covered in pairs)


def build_pipeline(
    model: str = "default",
    detector: str = "short",
    *,
    mesh: bool = True,
    most_meshes: int | None = MOST_FACES,
    covering: bool = False,
    live: bool = True,
    small_faces: bool = False,
    tilted: bool = False,
    steady: str = "plain",
    smooth_s: float = 0.3,
    expiry_s: float = LIVE_EXPIRY_S,
) -> FacePipeline:
    """A fresh pipeline: for a stream with tracking and smoothing, for stills without.

    Args:
        model, detector: by name.
        mesh: measure pose and eyes.
        most_meshes: in so many faces of a frame, the largest; None measures all.
        covering: measure in these whether something covers the face, which is then ``unsure``.
        live: track faces and steady what they show, with the filter ``steady`` of
            ``temporal.FILTERS``.
        small_faces: look for small faces too.
        tilted: look for faces on their side and upside down too.
        smooth_s: time constant of the filter ``plain``; 0 takes every frame by itself.
        expiry_s: a face keeps its id for so long out of sight.

    Raises:
        ModelError: no such model, or its files do not fit together, or no recurrent head.
        ConfigError: no such detector or filter, or YuNet without ``FER_YUNET_MODEL``.
    """
    options = {"model_path": settings().yunet_model} if detector == "yunet" else {}
    folder = resolve_model_dir(model)
    smoother = None
    if live:
        smoother = Smoother(expiry_s=expiry_s, steady=make_filter(steady, folder, smooth_s))
    return FacePipeline(
        load_classifier(folder, embed=smoother is not None and smoother.steady.needs_embedding),
        create_detector(detector, small_faces=small_faces, tilted=tilted, **options),
        mesh=FaceMesh(max_faces=most_meshes, covering=covering) if mesh else None,
        tracker=Tracker(expiry_s=expiry_s) if live else None,
        smoother=smoother,
    )


def make_filter(name: str, model_dir: Path, smooth_s: float = 0.3) -> TemporalFilter:
    """A filter of ``temporal.FILTERS`` for a model; ``smooth_s`` is the time constant of plain.

    Raises:
        ConfigError: there is no such filter.
        ModelError: the model has no recurrent head.
    """
    if name == "plain":
        return PlainFilter(smooth_s)
    if name == "markov":
        return MarkovFilter()
    if name == "recurrent":
        return RecurrentFilter(load_head(model_dir))
    raise ConfigError(f"There is no filter {name!r}: choose from {', '.join(FILTERS)}.")
