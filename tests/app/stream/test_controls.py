"""The choice of a camera and the mirror's switch in a browser that hears late of what the server
has set: what it reports once more is no press."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.stream.camera import Camera, CameraReport
from fer_core.app.stream.visit import Visit

CAMERAS = tuple(Camera(one, one.upper()) for one in "fbu")


def page() -> None:
    import streamlit as st

    from fer_core.app.stream.controls import show_camera_choice

    show_camera_choice(st.session_state["visit"], key="video")


def shown(visit: Visit) -> AppTest:
    app = AppTest.from_function(page)
    app.session_state["visit"] = visit
    return app.run()


def mirror(app: AppTest) -> Any:
    return app.toggle[0]


def choice(app: AppTest) -> Any:
    return app.selectbox[0]


@pytest.fixture
def visit() -> Visit:
    return Visit(cameras=CAMERAS, camera="f")


def looks_away(visit: Visit) -> None:
    visit._see_through(CameraReport(0, "ok", "f", CAMERAS, facing="environment"))


def falls_back(visit: Visit) -> None:
    """The chosen one has gone, and the browser opened another."""
    visit._see_through(CameraReport(0, "ok", "f", CAMERAS))


@pytest.mark.parametrize(
    ("widget", "chosen", "change", "expected"),
    [
        (mirror, True, looks_away, (False, "f")),
        (choice, "b", falls_back, (True, "f")),
    ],
)
def test_what_was_shown_before_is_no_press(
    visit: Visit,
    widget: Callable[[AppTest], Any],
    chosen: Any,
    change: Callable[[Visit], None],
    expected: tuple[bool, str],
) -> None:
    app = shown(visit)
    widget(app).set_value(chosen).run()
    before, late = app._tree, widget(app)
    change(visit)
    app.run()
    assert (mirror(app).value, choice(app).value) == expected
    for _ in range(2):
        app._tree = before  # it has not heard of the change yet, and reports what it has
        late.set_value(chosen)
        app.run()
        assert (visit.is_mirrored, visit.camera) == expected
        assert (mirror(app).value, choice(app).value) == expected
    assert not app.exception


def test_who_presses_before_they_have_heard_is_heard(visit: Visit) -> None:
    app = shown(visit)
    choice(app).set_value("b").run()
    before, late = app._tree, choice(app)
    falls_back(visit)
    app.run()
    app._tree = before
    late.set_value("u")
    app.run()
    assert visit.camera == "u"
    assert choice(app).value == "u"


def test_what_was_pressed_is_not_taken_back_by_the_page(visit: Visit) -> None:
    """Only what the server changed is told to the browser: all else may be older than a press."""
    app = shown(visit)
    for widget, value in ((mirror, False), (choice, "b"), (mirror, True)):
        widget(app).set_value(value).run()
        assert widget(app).value == value
        assert not widget(app).proto.set_value
    assert (visit.is_mirrored, visit.camera) == (True, "b")
