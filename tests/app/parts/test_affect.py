"""The figures of valence and circumplex, and that the page draws them."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.affect import PLACES
from fer_core.app.parts.affect import circumplex_figure, valence_figure
from fer_core.labels import EMOTIONS

TIMES = np.array([0.5, 1.5, 2.5])
PROBS = np.eye(7)[[EMOTIONS.index(name) for name in ("happy", "neutral", "sad")]]


def test_the_path_goes_through_the_places_in_the_order_of_time() -> None:
    *words, path = circumplex_figure(TIMES, PROBS).data
    assert {trace.text[0] for trace in words} == set(EMOTIONS)
    for (x, y), name in zip(
        zip(path.x, path.y, strict=True), ("happy", "neutral", "sad"), strict=True
    ):
        assert (x, y) == pytest.approx(PLACES[name])
    assert list(path.marker.color) == [0.5, 1.5, 2.5]


def test_valence_falls_from_happy_to_sad() -> None:
    valence, arousal = valence_figure(TIMES, PROBS).data
    assert list(valence.y) == pytest.approx([1, 0, -1])
    assert list(arousal.y) == pytest.approx([PLACES[n][1] for n in ("happy", "neutral", "sad")])


def test_the_page_has_both_figures_and_none_without_times() -> None:
    def page(count: int) -> None:
        import numpy as np

        from fer_core.app.parts.affect import show_affect

        show_affect(np.arange(count) + 0.5, np.eye(7)[:count], "x")

    for count, charts in ((3, 2), (0, 0)):
        app = AppTest.from_function(page, args=(count,)).run()
        assert not app.exception
        assert len(app.get("plotly_chart")) == charts
