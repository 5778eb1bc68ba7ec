"""Why nothing, or little, was found, and what to do: one sentence, from a look at a few frames."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from fer_core.analysis.turning import Score
from fer_core.types import ImageArray

#: Frames that are looked at again.
SAMPLE: Final = 5
#: Longest side of these frames in pixels.
SAMPLE_SIDE: Final = 960
#: Mean and spread of the brightness (0..255) below which a picture is dark or flat.
_DARK: Final = 40.0
_FLAT: Final = 12.0
#: Grey levels with the shadows lifted, and the score of a face that is seen then: a face at a
#: fiftieth of its light reached 0.79.
_LIFT: Final = (255 * (np.arange(256) / 255) ** 0.35).astype(np.uint8)
_SEEN_LIFTED: Final = 0.6
#: Crops of data sets have this side or less.
_CROP_SIDE: Final = 64

#: Reason of a frame -> what is so, and what to do.
_UNUSABLE: Final = {
    "dark": "faces are too dark; light them from the front.",
    "bright": "faces are too bright; take light away, or expose less.",
    "small": "faces are smaller than 24 pixels; come closer, or record more pixels.",
    "blurred": "faces are blurred; hold still, or bring them into focus.",
    "turned": "faces are turned away by more than 45 degrees; they must look towards the camera.",
    "covered": "faces are covered, as by a hand, a mask or dark glasses; uncover them.",
}


def explain(
    frames: Sequence[ImageArray],
    score: Score,
    *,
    kind: str,
    small: int = 0,
) -> str:
    """The sentence; empty without frames.

    Args:
        frames: (h, w, 3) BGR, from all over the file.
        score: looks for faces.
        kind: ``picture`` or ``video``.
        small: of the frames, so many hold small faces, which were not looked for.
    """
    if not frames:
        return ""
    if small:
        return (
            f"No face was found, but {small} of {len(frames)} frames hold small faces: use "
            "--small-faces (on the page: Look for small faces in videos too)."
        )
    height, width = frames[0].shape[:2]
    if max(height, width) <= _CROP_SIDE:
        return (
            f"No face was found: at {width} x {height} pixels this may be a face cut out already; "
            "score sets of those with `evaluate`."
        )
    luma = np.stack([bgr.mean() for bgr in frames])
    spread = np.stack([bgr.std() for bgr in frames])
    if float(np.median(luma)) < _DARK:
        return f"No face was found: the {kind} is dark; make it brighter and try again."
    lifted = sum(score(cv2.LUT(bgr, _LIFT)) >= _SEEN_LIFTED for bgr in frames)
    if lifted:
        return (
            f"No face was found, but {lifted} of {len(frames)} frames hold one in the dark "
            "against a bright background: light faces from the front."
        )
    if float(np.median(spread)) < _FLAT:
        return f"No face was found: the {kind} shows hardly any contrast."
    return (
        "No face was found, nor any that is small, lying or in the dark: nobody may be in view, or "
        "faces are seen from behind or covered for the most part."
    )


def explain_unusable(reasons: Sequence[str], *, kind: str) -> str:
    """The sentence about faces that were found and cannot be used; empty where one can.

    Args:
        reasons: of frames from all over the file that show a face, as ``frames.frame_reason``
            gives them.
        kind: ``picture`` or ``video``.
    """
    if not reasons or "" in reasons:
        return ""
    reason, _ = Counter(reasons).most_common(1)[0]
    where = "in the picture" if kind == "picture" else f"in the {len(reasons)} frames looked at"
    return f"No face {where} can be used: {_UNUSABLE[reason]}"
