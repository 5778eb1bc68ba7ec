"""The seven expressions: their order and colours.

The order is FER-2013's (Goodfellow et al. 2013, arXiv 1307.0414); every array of
probabilities in this package has its columns in it.
"""

from typing import Final

EMOTIONS: Final[tuple[str, ...]] = (
    "angry",
    "disgust",
    "fear",
    "happy",
    "sad",
    "surprise",
    "neutral",
)
NUM_EMOTIONS: Final = len(EMOTIONS)

#: Shown instead of an emotion when no probability is high enough to name one.
UNSURE: Final = "unsure"

#: FER+ (Barsoum et al. 2016, arXiv 1608.01041): the seven above and contempt.
FERPLUS_EMOTIONS: Final[tuple[str, ...]] = (*EMOTIONS, "contempt")

#: The five classes of the published staff-stress network, in its table's order.
FIVE_EMOTIONS: Final[tuple[str, ...]] = ("angry", "happy", "neutral", "sad", "surprise")

#: Okabe and Ito's colour-blind safe palette (https://jfly.uni-koeln.de/color/).
COLORS: Final[dict[str, str]] = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#7F7F7F",
}
UNSURE_COLOR: Final = "#B0B0B0"


def color_of(label: str) -> str:
    """Hex colour of a label; grey for ``unsure``.

    Raises:
        KeyError: the label is neither an emotion nor ``unsure``.
    """
    return UNSURE_COLOR if label == UNSURE else COLORS[label]


def rgb_of(label: str) -> tuple[int, int, int]:
    """Colour of a label as (red, green, blue), each 0..255."""
    value = color_of(label).lstrip("#")
    return int(value[0:2], 16), int(value[2:4], 16), int(value[4:6], 16)


def _relative_luminance(rgb: tuple[int, int, int]) -> float:
    """WCAG 2.2 relative luminance of an sRGB colour, 0..1."""
    linear = [c / 12.92 if (c := v / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for v in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def text_rgb_on(label: str) -> tuple[int, int, int]:
    """Black or white, whichever has the higher WCAG contrast on the label's colour."""
    luminance = _relative_luminance(rgb_of(label))
    on_white, on_black = 1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05
    return (255, 255, 255) if on_white > on_black else (0, 0, 0)
