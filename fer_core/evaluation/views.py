"""Several views of the same face: averaged answers, and how far the answers agree."""

from typing import Any, Final, Literal

import cv2
import numpy as np

from fer_core.datasets.ferplus import majority
from fer_core.datasets.resize import resize_faces
from fer_core.evaluation.crops import Scored
from fer_core.types import FloatArray, ImageArray, IntArray

Views = Literal["flip", "ten_crop"]
#: What ten-crop averaging cuts, as a share of the side (Krizhevsky et al. 2012: 224 of 256).
CROP_SHARE: Final = 0.875


def views_of(faces: ImageArray, kind: Views) -> tuple[ImageArray, ...]:
    """Views of faces (N, s, s) uint8, each of that shape; the first is the face itself for ``flip``
    and its enlarged middle for ``ten_crop`` (corners and middle, each also mirrored)."""
    if kind == "flip":
        return faces, np.ascontiguousarray(faces[:, :, ::-1])
    side = faces.shape[1]
    part = round(CROP_SHARE * side)
    far, middle = side - part, (side - part) // 2
    views = []
    for y, x in ((middle, middle), (0, 0), (0, far), (far, 0), (far, far)):
        cut = faces[:, y : y + part, x : x + part]
        view = np.stack([cv2.resize(face, (side, side)) for face in cut])
        views += [np.asarray(view, np.uint8), np.ascontiguousarray(view[:, :, ::-1])]
    return tuple(views)


def score_views(
    classifier: Scored,
    faces: ImageArray,
    labels: IntArray,
    votes: FloatArray | None,
    kind: Views,
) -> dict[str, Any]:
    """Accuracy of the probabilities averaged over the views, and agreement between views.

    Args:
        faces: (N, s, s) uint8, scored with the output ``fer``.
        labels: (N,) index into that output's classes.
        votes: FER+ votes as in ``FaceSet.votes``; scored with ``ferplus`` where both are there.

    Returns:
        ``accuracy``; ``agreement``, the mean share of views whose top answer is that of the
        first; ``ferplus_accuracy`` (8 classes) or None.
    """
    side = classifier.spec.input.size
    outputs = [classifier.predict_outputs(resize_faces(v, side)) for v in views_of(faces, kind)]
    mean = {name: np.mean([o[name] for o in outputs], axis=0) for name in outputs[0]}
    top = [o["fer"].argmax(axis=1) for o in outputs]
    ferplus = None
    if votes is not None and "ferplus" in mean:
        truth = majority(votes)
        known = truth >= 0
        if known.any():
            ferplus = float((mean["ferplus"].argmax(axis=1) == truth)[known].mean())
    return {
        "accuracy": float((mean["fer"].argmax(axis=1) == labels).mean()),
        "agreement": float(np.mean([(other == top[0]).mean() for other in top[1:]])),
        "ferplus_accuracy": ferplus,
    }
