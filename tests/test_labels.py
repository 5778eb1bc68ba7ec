"""One order and one palette of the emotions everywhere."""

import pytest

from fer_core import labels


def test_order_is_that_of_fer2013() -> None:
    assert labels.EMOTIONS == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
    assert labels.FERPLUS_EMOTIONS[:7] == labels.EMOTIONS


@pytest.mark.parametrize("label", [*labels.EMOTIONS, labels.UNSURE])
def test_text_on_every_color_meets_wcag_aa(label: str) -> None:
    def luminance(rgb: tuple[int, int, int]) -> float:
        parts = [v / 255 for v in rgb]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted(
        (luminance(labels.rgb_of(label)), luminance(labels.text_rgb_on(label))), reverse=True
    )
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_every_emotion_has_its_own_color() -> None:
    assert len(set(labels.COLORS.values())) == len(labels.EMOTIONS)
    assert set(labels.COLORS) == set(labels.EMOTIONS)


def test_unknown_label_is_an_error() -> None:
    with pytest.raises(KeyError):
        labels.color_of("hungry")
