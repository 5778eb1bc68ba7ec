"""The pages as Streamlit runs them; the browser's parts are fakes, the example is real."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app import resources
from fer_core.app.stream import camera, show, webrtc
from fer_core.app.stream import messages as m
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import Camera, CameraReport
from fer_core.classification.identity import identify_model
from fer_core.config import settings
from fer_core.errors import ModelError
from fer_core.streaming import Admission
from tests.app.fakes import NO_FRAME, SNAPSHOT, FakeSession, FakeStream, make_result

ROUTER = str(Path(__file__).parents[3] / "streamlit_app.py")


class Browser:
    """What the visitor's browser says and gets."""

    def __init__(self) -> None:
        self.stream = FakeStream()
        self.session = FakeSession()
        self.report: CameraReport | None = None
        self.answer = "ok"
        self.cameras: tuple[Camera, ...] = ()
        self.admission = Admission(1)

    def check_camera(self, attempt: int, **how: object) -> CameraReport | None:
        if not attempt:
            return self.report
        camera = str(how["camera"]) or (self.cameras[0].id if self.cameras else "")
        return CameraReport(attempt, self.answer, camera, self.cameras)

    def open_session(self, *args: object, **kwargs: object) -> FakeSession:
        return self.session


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    fake = Browser()
    monkeypatch.setattr(camera, "mount_camera_check", fake.check_camera)
    monkeypatch.setattr(webrtc, "open_stream", fake.stream.open_stream)
    monkeypatch.setattr(visit_module, "LiveSession", fake.open_session)
    monkeypatch.setattr("fer_core.app.live.page.shared_admission", lambda: fake.admission)
    return fake


def open_app() -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=60).run()
    assert not app.exception, app.exception
    return app


def texts(app: AppTest) -> str:
    """All that is written on the page."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption)
    alerts = (app.info, app.warning, app.error)
    return "\n".join(element.value for kind in (*kinds, *alerts) for element in kind)


def panel_text(app: AppTest) -> str:
    """What the panel beside the video says."""
    return "\n".join(one.proto.bytes.decode() for one in app.get("bidi_component"))


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


def test_about_says_what_is_measured_the_law_and_the_licences(browser: Browser) -> None:
    app = AppTest.from_file(ROUTER, default_timeout=60).run()
    app.switch_page("pages/about.py").run()
    assert not app.exception
    written = texts(app)
    for expected in ("What is measured, and what is not", "2024/1689", "never stored", "0.1.0"):
        assert expected in written
    models, licences, packages = (table.value for table in app.table)
    mien = models.set_index("model").loc["mien"]
    assert mien["SHA-256 of its file"] == identify_model("mien").sha256[:12]
    assert mien["learned from"] == "fer2013, official"
    assert "is the one to ask" in written
    assert "rights unclear" in " ".join(licences["licence"])
    row = packages.set_index("package").loc["streamlit"]
    assert (row["version"], row["licence"]) == ("1.67.0", "Apache-2.0")


def test_who_has_two_cameras_can_change_while_it_runs(browser: Browser) -> None:
    browser.cameras = (Camera("f", "Front"), Camera("b", "Back camera"))
    app = open_app()
    app.button(key="start").click().run()
    choice, mirror = app.selectbox(key="live_stream-camera"), app.toggle(key="live_stream-mirror")
    assert (choice.value, mirror.value) == ("f", True)
    choice.select("b").run()
    assert not app.exception
    assert app.selectbox(key="live_stream-camera").value == "b"
    assert app.toggle(key="live_stream-mirror").value is False
    assert browser.session.mirror is False
    assert browser.stream.asked[-2:] == [False, True], "the video stops, and goes on with the other"
    app.toggle(key="live_stream-mirror").set_value(True).run()
    assert browser.session.mirror is True


def test_who_has_one_camera_is_not_asked_which(browser: Browser) -> None:
    browser.cameras = (Camera("f", "Front"),)
    app = open_app()
    app.button(key="start").click().run()
    assert [box.key for box in app.selectbox] == []
    assert app.toggle(key="live_stream-mirror").value is True


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


def test_the_device_way_needs_no_stream_and_comes_back(browser: Browser) -> None:
    app = open_app()
    assert "the picture stays in this browser" in texts(app)
    app.button(key="start_device").click().run()
    assert not app.exception
    assert not any(browser.stream.asked), "nothing is sent to the server"
    assert [button.key for button in app.button] == [], "its buttons are the browser's"
    assert len(app.get("bidi_component")) > 0
    app.session_state["live_device"] = 99
    app.run()
    del app.session_state["live_device"]
    app.run()
    assert app.button(key="start_device").proto.type == "primary", "what was chosen is remembered"


@pytest.mark.parametrize(("field", "value"), [("detector", "haar"), ("steady", "recurrent")])
def test_what_a_browser_cannot_do_is_said(browser: Browser, field: str, value: str) -> None:
    app = open_app()
    setattr(app.session_state["visit"], field, value)
    app.run()
    button = app.button(key="start_device")
    assert button.disabled
    assert "runs on the server only" in button.help
    assert "Start analyses on the server." in texts(app), "said, and the other way offered"


def test_a_model_without_a_fixed_shape_offers_the_server(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "The model 'mine' runs on the server only, since its input has no fixed shape."
    monkeypatch.setattr("fer_core.app.device.way.model_hindrance", lambda _: said)
    app = open_app()
    assert app.button(key="start_device").disabled
    assert said in texts(app)
    assert not app.button(key="start").disabled


def test_where_no_video_comes_through_the_device_is_offered(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.session.current = NO_FRAME
    monkeypatch.setattr("fer_core.app.stream.show.connection_of", lambda _: "failed")
    app = open_app()
    app.button(key="start").click().run()
    assert m.NO_CONNECTION.text in texts(app)
    app.button(key="instead").click().run()
    assert not app.exception
    assert browser.admission.free == 1, "the place on the server is free again"
    assert not any(button.key == "stop" for button in app.button)


@pytest.mark.parametrize(
    ("allowed", "keys"),
    [
        ("both", {"start", "start_device"}),
        ("server", {"start"}),
        ("device", {"start_device"}),
    ],
)
def test_the_operator_says_where_pictures_are_analysed(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, allowed: str, keys: set[str]
) -> None:
    monkeypatch.setenv("FER_ANALYSE", allowed)
    settings.cache_clear()
    app = open_app()
    assert {button.key for button in app.button} & {"start", "start_device"} == keys
    assert ("travel to this server" in texts(app)) is ("start" in keys)
    assert ("stays in this browser" in texts(app)) is ("start_device" in keys)
    primary = [button.key for button in app.button if button.proto.type == "primary"]
    assert len(primary) == 1
