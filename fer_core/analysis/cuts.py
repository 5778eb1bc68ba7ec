"""Hard cuts: the whole picture changes at once, and whoever is in one place is somebody else."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.imaging.frame import Frame

_SIDE: Final = 32
#: Grey pictures that vary by less tell nothing: black between scenes, a flash.
_FLAT: Final = 3.0
#: Below this correlation of two small grey pictures it is a cut, by the seconds between them.
#: Measured: a head that moves stays above 0.99 at 25 frames a second, and above 0.67 at one.
_SOON_S, _SOON = 0.1, 0.6
_LATER_S, _LATER = 0.25, 0.3


class CutDetector:
    """Tells frames that begin a scene; brightness alone makes none."""

    def __init__(self) -> None:
        self._last: NDArray[np.float64] | None = None
        self._time_s = 0.0

    def is_cut(self, frame: Frame) -> bool:
        """Whether the frame begins a scene; frames come in the order of their time."""
        size = (_SIDE, _SIDE)
        small = cv2.resize(frame.luma(), size, interpolation=cv2.INTER_AREA).astype(np.float64)
        if small.std() < _FLAT:
            return False
        small = (small - small.mean()) / small.std()
        last, passed_s = self._last, frame.time_s - self._time_s
        self._last, self._time_s = small, frame.time_s
        if last is None or passed_s > _LATER_S:  # in more time people and cameras move
            return False
        return float((small * last).mean()) < (_SOON if passed_s <= _SOON_S else _LATER)
