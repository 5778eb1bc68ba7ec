"""A still picture before the camera of a check-in: its person's own, and in no team's figures."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.stream import visit as visit_module
from fer_core.app.wellbeing import desk as desk_module
from fer_core.app.wellbeing.checkin import STILL
from fer_core.storage.tables import CheckIn, Sample
from fer_core.types import Faces, FrameResult
from tests.app.device.sending import Device
from tests.app.fakes import make_result
from tests.app.wellbeing.visitor import Visitor, open_tab, texts


class FakePipeline:
    """Finds one face, here or there."""

    tracker = smoother = None
    left = 0.0
    time_s = 0.0

    def process(self, _: Any) -> FrameResult:
        box = [[self.left, 0, self.left + 100, 100]]
        faces = Faces(np.array(box), np.ones(1), track_ids=np.array([1]))
        return replace(make_result(), faces=faces, time_s=self.time_s)


def over_the_server(visitor: Visitor, patch: pytest.MonkeyPatch, app: AppTest, moves: bool) -> None:
    """The stream's own thread looks at every frame through what the page gave it."""
    inner, given = FakePipeline(), []
    patch.setattr(desk_module, "make_live_pipeline", lambda *_: inner)

    def open_session(make: Any, *_: Any, **__: Any) -> Any:
        given.append(make())
        return visitor.session

    patch.setattr(visit_module, "LiveSession", open_session)
    app.button(key="wellbeing_start").click().run()
    for second in range(60):
        inner.time_s, inner.left = float(second), 10.0 * (second % 2) * moves
        given[0].process(None)
    visitor.see(60)
    app.run()


def on_the_device(visitor: Visitor, patch: pytest.MonkeyPatch, app: AppTest, moves: bool) -> None:
    del visitor, patch
    app.button(key="wellbeing_start_device").click().run()
    device = Device(app.session_state["wellbeing_desk"].device)
    for _ in range(2):
        device.send(31, is_still=not moves)
        app.run()


@pytest.mark.parametrize("moves", [True, False])
@pytest.mark.parametrize("way", [over_the_server, on_the_device])
def test_a_still_picture_is_said_and_kept_for_oneself(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, way: Any, moves: bool
) -> None:
    app = visitor.join(visitor.open())
    way(visitor, monkeypatch, app, moves)
    assert not app.exception
    assert "Your check-in" in texts(app)
    assert (STILL in texts(app)) is not moves
    visitor.store.writer.flush()
    with visitor.store.read() as session:
        assert session.query(Sample).count() == 60, "one's own history keeps it"
        assert session.query(CheckIn).one().moved is moves
    assert ("in no team's figures" in texts(open_tab(app, "My history"))) is not moves
