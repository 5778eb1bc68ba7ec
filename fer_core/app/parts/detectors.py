"""What the detectors are called where one is chosen."""

from typing import Final

from fer_core.app.language.spoken import tr
from fer_core.text import mark

#: Key of ``detection.DETECTORS`` -> name.
DETECTOR_NAMES: Final = {
    "short": mark("BlazeFace, close up (default)"),
    "full": mark("BlazeFace, across a room"),
    "haar": mark("Haar cascade, as in older systems"),
    "yunet": mark("YuNet, from your own file"),
}


def detector_name(key: str) -> str:
    """As the visitor reads it."""
    return tr(DETECTOR_NAMES.get(key, key))
