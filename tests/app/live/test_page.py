"""The live page as Streamlit runs it; the browser's parts are fakes, the example is real."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app import resources
from fer_core.app.stream import messages as m
from fer_core.app.stream import show
from fer_core.app.stream.camera import Camera, CameraReport
from fer_core.classification.identity import identify_model
from fer_core.errors import ModelError
from fer_core.streaming import Admission
from tests.app.fakes import NO_FRAME, SNAPSHOT, make_result
from tests.app.live.conftest import Browser, open_app, panel_text
from tests.app.pages import texts


def test_before_start_there_is_consent_one_button_and_an_example(browser: Browser) -> None:
    app = open_app()
    assert m.CONSENT in texts(app)
    primary = [button for button in app.button if button.key == "start"]
    assert len(primary) == 1
    assert not primary[0].disabled
    assert not app.expander[0].proto.expanded
    assert "as the model sees it" in texts(app)
    assert not any(browser.stream.asked), "no stream before Start"


def test_start_runs_the_stream_and_shows_figures(browser: Browser) -> None:
    app = open_app()
    app.button(key="start").click().run()
    assert not app.exception
    assert browser.stream.asked[-1] is True
    assert browser.stream.ice_servers == [], "none on loopback"
    assert browser.admission.free == 0
    assert app.button(key="stop")
    assert not app.button(key="baseline").disabled
    assert "The last 60 seconds" in texts(app)
    assert m.NO_FACE.text not in texts(app)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("NotFoundError", m.NO_CAMERA),
        ("NotAllowedError", m.PERMISSION_DENIED),
        ("NotReadableError", m.CAMERA_IN_USE),
        ("insecure", m.INSECURE_ORIGIN),
    ],
)
def test_what_stands_in_the_way_is_said(browser: Browser, answer: str, message: m.Message) -> None:
    browser.answer = answer
    app = open_app()
    app.button(key="start").click().run()
    assert message.text in [error.value for error in app.error]
    assert app.button(key="start"), "and the visitor can try again"
    assert browser.admission.free == 1


def test_an_insecure_page_says_so_before_start(browser: Browser) -> None:
    browser.report = CameraReport(0, "insecure")
    assert m.INSECURE_ORIGIN.text in texts(open_app())


@pytest.mark.parametrize(
    ("snapshot", "message"),
    [
        (replace(SNAPSHOT, result=make_result(()), since_face_s=5.2), m.NO_FACE.text),
        (replace(SNAPSHOT, since_frame_s=8.0), m.STREAM_STALLED.text),
        (NO_FRAME, m.CONNECTING.text),
        (replace(SNAPSHOT, problem="There is no model 'x'."), "There is no model 'x'."),
    ],
)
def test_while_it_runs_troubles_are_said(browser: Browser, snapshot: object, message: str) -> None:
    browser.session.current = snapshot  # type: ignore[assignment]
    app = open_app()
    app.button(key="start").click().run()
    assert message in texts(app) + panel_text(app)
    calm = message in (m.NO_FACE.text, m.CONNECTING.text)
    assert calm == (not app.info and not app.warning and not app.error), "no box comes and goes"


def test_a_marked_moment_is_in_the_results(browser: Browser) -> None:
    browser.session.current = NO_FRAME
    app = open_app()
    app.button(key="start").click().run()
    app.button(key="mark").click().run()
    assert app.session_state["visit"].marks == (), "nothing to mark before the first picture"
    browser.session.current = replace(SNAPSHOT, time_s=4.5)
    app.button(key="mark").click().run()
    assert app.button(key="mark").label == "Mark · 1"
    app.button(key="stop").click().run()
    assert not app.exception
    assert "1 marked" in texts(app)
    assert ":material/flag: 0:04 · **Happy**" in texts(app)
    assert "0:00 · **Happy** for 9 s, at most 88.0 %" in texts(app)


def test_busy_page_retries_and_can_be_cancelled(browser: Browser) -> None:
    other = browser.admission.acquire("somebody else")
    app = open_app()
    app.button(key="start").click().run()
    assert "places are taken" in texts(app)
    assert "Trying again" in texts(app)
    app.button(key="live_stream-cancel").click().run()
    assert app.button(key="start")
    app.button(key="start").click().run()
    other.release()
    app.session_state["visit"].phase_since -= 5
    app.run()
    app.run()
    assert browser.stream.asked[-1] is True


def test_stop_gives_results_and_frees_the_slot(browser: Browser) -> None:
    app = open_app()
    app.button(key="start").click().run()
    app.button(key="stop").click().run()
    assert not app.exception
    assert browser.session.is_closed
    assert browser.admission.free == 1
    assert browser.stream.asked[-1] is False
    assert "Face #1, seen 8 s" in texts(app)
    assert f"by the model {identify_model().text}" in texts(app)
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Download CSV", "Download JSON"]
    app.button(key="discard").click().run()
    assert "Your session" not in texts(app)


def test_neutral_face(browser: Browser) -> None:
    app = open_app()
    app.button(key="start").click().run()
    app.button(key="baseline").click().run()
    assert browser.session.baselines == 1
    browser.session.current = replace(SNAPSHOT, baseline_message="Keep one face in view.")
    assert "Keep one face in view." in texts(app.run())
    browser.session.current = replace(SNAPSHOT, baseline_progress=1.0)
    assert "Your neutral face is taken into account." in texts(app.run())


def test_two_visitors_have_nothing_in_common(browser: Browser) -> None:
    browser.admission = Admission(2)
    one, two = open_app(), open_app()
    one.button(key="start").click().run()
    two.run()
    assert two.button(key="start")
    assert one.session_state["visit"] is not two.session_state["visit"]
    assert one.session_state["visit"].key != two.session_state["visit"].key


def test_a_model_that_cannot_be_loaded_is_said(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(model: str, detector: str) -> None:
        raise ModelError("There is no model 'default'. Choose one of: none found.")

    monkeypatch.setattr("fer_core.app.stream.start.warm_example", fail)
    for module in ("live.page", "stream.start"):
        monkeypatch.setattr(f"fer_core.app.{module}.is_warm", lambda model, detector: False)
    app = open_app()
    assert "There is no model 'default'. Choose one of: none found." in texts(app)
    assert app.button(key="start").disabled


def test_the_example_is_the_real_pipeline() -> None:
    example = resources.warm_example("default", "short")
    assert resources.is_warm("default", "short")
    assert example.picture.shape == (384, 512, 3)
    assert len(example.result.faces) == 1
    x1, y1, x2, y2 = example.result.faces.boxes[0]
    assert 160 < (x1 + x2) / 2 < 290
    assert 60 < (y1 + y2) / 2 < 180
    assert example.result.labels == ("happy",)


def mirror_of(app: AppTest) -> Any:
    """The switch that stands there now."""
    (switch,) = (one for one in app.toggle if one.label == "Mirror")
    return switch


def test_who_has_two_cameras_can_change_while_it_runs(browser: Browser) -> None:
    browser.cameras = (Camera("f", "Front"), Camera("b", "Back camera"))
    app = open_app()
    app.button(key="start").click().run()
    choice = app.selectbox(key="live_stream-camera")
    assert (choice.value, mirror_of(app).value) == ("f", True)
    choice.select("b").run()
    assert not app.exception
    assert app.selectbox(key="live_stream-camera").value == "b"
    assert mirror_of(app).value is False
    assert browser.session.mirror is False
    assert browser.stream.asked[-2:] == [False, True], "the video stops, and goes on with the other"
    mirror_of(app).set_value(True).run()
    assert browser.session.mirror is True


def test_who_has_one_camera_is_not_asked_which(browser: Browser) -> None:
    browser.cameras = (Camera("f", "Front"),)
    app = open_app()
    app.button(key="start").click().run()
    assert [box.key for box in app.selectbox] == []
    assert mirror_of(app).value is True


@pytest.mark.parametrize(("size", "shape"), [((720, 1280), "720 / 1280"), (None, "4 / 3")])
def test_the_box_has_the_shape_of_the_picture(
    browser: Browser, size: tuple[int, int] | None, shape: str
) -> None:
    browser.session.current = replace(SNAPSHOT, size=size)
    app = open_app()
    app.button(key="start").click().run()
    styles = "".join(element.proto.body for element in app.get("html"))
    assert f"aspect-ratio: {shape};" in styles


def test_a_page_that_is_not_refreshed_any_more_is_drawn_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit ended the run before it came to what refreshes itself."""
    app = open_app()
    app.button(key="start").click().run()
    visit = app.session_state["visit"]
    reruns: list[float] = []
    monkeypatch.setattr(show.st, "rerun", lambda: reruns.append(visit.since_drawn_s))
    show._keep_going.__wrapped__(visit)
    assert reruns == []
    visit.drawn_at -= show.STUCK_AFTER_S + 1
    show._keep_going.__wrapped__(visit)
    assert len(reruns) == 1
