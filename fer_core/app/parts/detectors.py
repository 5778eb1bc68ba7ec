"""What the detectors are called where one is chosen."""

from typing import Final

#: Key of ``detection.DETECTORS`` -> name.
DETECTOR_NAMES: Final = {
    "short": "BlazeFace, close up (default)",
    "full": "BlazeFace, across a room",
    "haar": "Haar cascade, as in older systems",
    "yunet": "YuNet, from your own file",
}
