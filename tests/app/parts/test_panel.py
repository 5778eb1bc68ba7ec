import pytest

from fer_core.app.parts.panel import PanelView, panel_data, view_of
from fer_core.labels import COLORS, EMOTIONS, UNSURE, UNSURE_COLOR
from fer_core.types import FrameResult
from tests.app.fakes import make_result


def test_the_face_in_focus_gives_label_colour_and_bars() -> None:
    data = panel_data(view_of(make_result(("sad", "happy")), figures="30 fps", empty_text="-"))
    assert (data["label"], data["color"], data["empty"]) == ("Sad", COLORS["sad"], False)
    assert [bar["name"] for bar in data["bars"]] == list(EMOTIONS)
    assert [bar["name"] for bar in data["bars"] if bar["top"]] == ["sad"]
    assert sum(bar["share"] for bar in data["bars"]) == pytest.approx(1.0, abs=1e-3)
    assert [face["text"] for face in data["faces"]] == ["#1 sad", "#2 happy"]
    assert [face["focus"] for face in data["faces"]] == [True, False]
    assert data["figures"] == "30 fps"


@pytest.mark.parametrize("result", [None, make_result(())])
def test_without_a_face_the_bars_are_empty_and_the_text_says_so(
    result: FrameResult | None,
) -> None:
    data = panel_data(view_of(result, empty_text="no face in view"))
    assert (data["label"], data["empty"], data["faces"]) == ("No face in view", True, [])
    assert all(bar["share"] == 0 and not bar["top"] for bar in data["bars"])


def test_unsure_is_grey_and_one_face_needs_no_focus_mark() -> None:
    data = panel_data(view_of(make_result((UNSURE,)), empty_text="-"))
    assert (data["label"], data["color"]) == ("Unsure", UNSURE_COLOR)
    assert [face["focus"] for face in data["faces"]] == [False]


@pytest.mark.parametrize(("label", "expected"), [("happy", "rgb(0, 0, 0)"), ("sad", "rgb(255")])
def test_text_on_the_colour_is_black_or_white(label: str, expected: str) -> None:
    view = PanelView(label, make_result((label,)).smoothed[0])
    assert panel_data(view)["text_color"].startswith(expected)
