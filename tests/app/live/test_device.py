"""Analysis on the visitor's device: offered, refused with a reason, taken instead."""

import pytest

from fer_core.app.stream import messages as m
from fer_core.config import settings
from tests.app.fakes import NO_FRAME
from tests.app.live.conftest import Browser, open_app
from tests.app.pages import texts


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
    assert m.STILL_TRYING.text in texts(app)
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
