"""Faces to score: those of the set, or cut from its pictures by the live page's own stages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.datasets import FaceSet
from fer_core.types import FloatArray, ImageArray


class Scored(Protocol):
    """What is scored: ``fer_core.classification.Classifier``, or a stand-in."""

    spec: Any

    def predict_outputs(self, crops: ImageArray) -> dict[str, FloatArray]:
        """``fer`` (N, classes of the spec), ``ferplus`` (N, 8) if it has it, ``served`` (N, 7)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CutFaces:
    """``crops`` (M, s, s) uint8 and ``found`` (N,) bool, the M rows that have one."""

    crops: ImageArray
    found: NDArray[np.bool_]


class _CropKeeper:
    """Stands in the pipeline where the classifier does, and keeps what it would be given."""

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.crops: ImageArray = np.zeros((0, 1, 1), np.uint8)

    def predict_proba(self, crops: ImageArray) -> FloatArray:
        self.crops = crops
        return np.full((len(crops), 7), 1 / 7, np.float32)


def cut_faces(faces: FaceSet, spec: Any, *, detector: str = "short") -> CutFaces:
    """Detect and align the largest face of every picture, as a still is analysed.

    Raises:
        DecodeError, LimitError: a picture that cannot be read; the message names it.
    """
    from fer_core.detection import create_detector
    from fer_core.imaging.decode import read_image
    from fer_core.imaging.frame import ArrayFrame
    from fer_core.landmarks import FaceMesh
    from fer_core.pipeline import FacePipeline

    keeper: Any = _CropKeeper(spec)
    finder = create_detector(detector, small_faces=True)
    pipeline = FacePipeline(keeper, finder, mesh=FaceMesh())
    found = np.zeros(len(faces), bool)
    crops: list[ImageArray] = []
    for row in range(len(faces)):
        if faces.paths is not None:
            picture = read_image(Path(faces.paths[row]))
        else:
            picture = np.asarray(cv2.cvtColor(faces.faces()[row], cv2.COLOR_GRAY2BGR), np.uint8)
        result = pipeline.process(ArrayFrame(picture))
        if result.focus is not None:
            found[row] = True
            crops.append(keeper.crops[result.focus])
    size = spec.input.size
    return CutFaces(np.stack(crops) if crops else np.zeros((0, size, size), np.uint8), found)
