"""Face detection: one protocol, four detectors, one factory.

========  ==========================================================  =====================
name      what                                                        keypoints
========  ==========================================================  =====================
short     BlazeFace short range: faces over 15 to 20 % of the width   six
full      BlazeFace full range: faces from about 8 % of the width     six
haar      OpenCV's frontal cascade, as the published systems used it  none (NaN)
yunet     YuNet, from a file the user brings (``model_path=``)        eyes, nose, mouth
========  ==========================================================  =====================
"""

from collections.abc import Callable
from typing import Any, Final

from fer_core.detection.protocol import FaceDetector
from fer_core.errors import ConfigError

__all__ = ["DETECTORS", "FaceDetector", "create_detector"]

#: Names that ``create_detector`` knows, the default first.
DETECTORS: Final[tuple[str, ...]] = ("short", "full", "haar", "yunet")


def _create_blazeface(name: str, small_faces: bool, options: dict[str, Any]) -> FaceDetector:
    from fer_core.detection.blazeface import BlazeFaceDetector
    from fer_core.detection.tiles import TiledDetector

    return TiledDetector(name, **options) if small_faces else BlazeFaceDetector(name, **options)


def _create_haar(_name: str, small_faces: bool, options: dict[str, Any]) -> FaceDetector:
    from fer_core.detection.haar import HaarDetector

    fine: dict[str, Any] = {"scale_factor": 1.1, "min_share": 0.0, "max_side": None}
    return HaarDetector(**(fine | options if small_faces else options))


def _create_yunet(_name: str, small_faces: bool, options: dict[str, Any]) -> FaceDetector:
    from fer_core.detection.yunet import YuNetDetector

    return YuNetDetector(**({"max_side": 2560} | options if small_faces else options))


_MAKERS: Final[dict[str, Callable[[str, bool, dict[str, Any]], FaceDetector]]] = {
    "short": _create_blazeface,
    "full": _create_blazeface,
    "haar": _create_haar,
    "yunet": _create_yunet,
}


def create_detector(
    name: str = "short", *, small_faces: bool = False, tilted: bool = False, **options: Any
) -> FaceDetector:
    """A new detector; each stream needs its own.

    Args:
        name: one of ``DETECTORS``.
        small_faces: search for faces from 24 px, at a cost: for stills and rooms.
        tilted: search for faces on their side and upside down as well, in four times the time.
        options: of the detector's class (``BlazeFaceDetector``, ``tiles.TiledDetector``,
            ``HaarDetector``, ``YuNetDetector``), such as ``min_score`` or ``model_path``.

    Raises:
        ConfigError: an unknown name or option, or an option out of range.
        ModelError: weights that are missing or damaged.
    """
    if name not in _MAKERS:
        raise ConfigError(
            f"Unknown face detector. Received: {name!r}. Choose one of: {', '.join(DETECTORS)}."
        )
    try:
        detector = _MAKERS[name](name, small_faces, options)
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        raise ConfigError(
            f"The detector {name!r} does not take these options. "
            f"Received: {', '.join(sorted(options))}."
        ) from error
    if not tilted:
        return detector
    from fer_core.detection.tilted import TiltedDetector

    return TiltedDetector(detector)
