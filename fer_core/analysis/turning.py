"""Files that lie on their side or stand on their heads, though nothing in them says so."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from fer_core.types import ImageArray

#: A detector is that much surer of a face that stands upright, measured on the portrait: 0.94
#: against 0.58 to 0.70.
_SURER: Final = 0.15
#: What it takes for a face once the file is turned is none below this: 0.52 to 0.54 were a
#: covered and a blurred portrait's.
_FACE: Final = 0.75

#: (h, w, 3) BGR -> the best face's score, 0 where there is none.
Score = Callable[[ImageArray], float]


def find_turns(frames: Sequence[ImageArray], score: Score) -> int:
    """Quarter turns to the left, 0 to 3, after which faces in most of the frames stand upright.

    Args:
        frames: (h, w, 3) BGR, from all over the file.
        score: looks for faces.
    """
    upright = [score(bgr) for bgr in frames]
    turned = {
        turns: [score(np.ascontiguousarray(np.rot90(bgr, turns))) for bgr in frames]
        for turns in (1, 2, 3)
    }
    best, scores = max(turned.items(), key=lambda item: sum(item[1]))
    surer = sum(t >= _FACE and t > u + _SURER for t, u in zip(scores, upright, strict=True))
    return best if 2 * surer > len(frames) else 0
