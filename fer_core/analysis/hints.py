"""Why nothing, or little, was found, and what to do: one sentence, from a look at a few frames."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from fer_core.types import ImageArray

#: Frames that are looked at again.
SAMPLE: Final = 5
#: Longest side of these frames in pixels.
SAMPLE_SIDE: Final = 960
#: A detector is that much surer of a face that stands upright, measured on the portrait: 0.94
#: against 0.58 to 0.70.
_SURER: Final = 0.15
#: Mean and spread of the brightness (0..255) below which a picture is dark or flat.
_DARK: Final = 40.0
_FLAT: Final = 12.0
#: Crops of data sets have this side or less.
_CROP_SIDE: Final = 64
_TURNS: Final = {
    1: "a quarter turn to the left",
    2: "half a turn",
    3: "a quarter turn to the right",
}

#: (h, w, 3) BGR -> the best face's score, 0 where there is none.
Score = Callable[[ImageArray], float]


def explain(
    frames: Sequence[ImageArray],
    score: Score,
    small: Score,
    *,
    kind: str,
    tried_small: bool,
    found: bool,
) -> str:
    """The sentence; empty where there is nothing to say.

    Args:
        frames: (h, w, 3) BGR, from all over the file.
        score: looks for faces; ``small``: for small ones as well, slower.
        kind: ``picture`` or ``video``.
        tried_small: small faces were looked for before.
        found: faces were found, but with little certainty.
    """
    if not frames:
        return ""
    upright = [score(bgr) for bgr in frames]
    turned = {
        turns: [score(np.ascontiguousarray(np.rot90(bgr, turns))) for bgr in frames]
        for turns in _TURNS
    }
    best, scores = max(turned.items(), key=lambda item: sum(item[1]))
    if 2 * sum(t > u + _SURER for t, u in zip(scores, upright, strict=True)) > len(frames):
        return (
            f"Faces seem to lie on their side or upside down: the {kind} looks right after "
            f"{_TURNS[best]}; turn it and analyse it again."
        )
    if found:
        return ""
    seen = 0 if tried_small else sum(small(bgr) > 0 for bgr in frames)
    if seen:
        return (
            f"No face was found, but {seen} of {len(frames)} frames hold small faces: use "
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
    if float(np.median(spread)) < _FLAT:
        return f"No face was found: the {kind} shows hardly any contrast."
    return (
        "No face was found: faces must look towards the camera, be lit from the front, and be "
        "uncovered."
    )
