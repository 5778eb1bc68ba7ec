"""A check-in on the visitor's own device: seconds come by the door for samples."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.device.visit import DeviceVisit
from fer_core.app.wellbeing.desk import DISAGREED
from fer_core.config import settings
from fer_core.hosting.draining import shared_drain
from fer_core.storage.tables import CheckIn, Minute, Sample
from fer_core.wellbeing.recording import CheckInRecorder
from tests.app.device.sending import Device
from tests.app.wellbeing.visitor import Visitor, texts
from tests.device.samples import face, probs_of


def start(app: AppTest) -> Device:
    app.button(key="wellbeing_start_device").click().run()
    assert not app.exception, app.exception
    visit: DeviceVisit = app.session_state["wellbeing_desk"].device
    assert visit.is_on
    return Device(visit)


def test_a_check_in_on_the_device_is_stored_to_the_second(visitor: Visitor) -> None:
    app = visitor.join(visitor.open())
    assert "only numbers go to the server" in texts(app)
    device = start(app)
    assert visitor.admission.free == 1, "no stream comes here"
    for _ in range(2):
        device.send(31, face(4, facing=0.5, eyes_open=1.0, valid_s=0.9))
        app.run()
    assert not app.exception
    assert "Your check-in" in [one.value for one in app.header], "the minute is over"
    visitor.store.writer.flush()
    with visitor.store.read() as session:
        rows = session.query(Sample).order_by(Sample.second_s).all()
        assert len(rows) == 60
        assert len({row.second_s for row in rows}) == 60
        assert rows[0].p_happy == pytest.approx(probs_of(4)[3], abs=1e-4)
        assert rows[0].coverage == pytest.approx(0.9)
        assert sum(row.seconds for row in session.query(Minute)) == 60
        assert session.query(CheckIn).one().result["coverage"] == pytest.approx(0.9, abs=0.01)
    assert device.visit.inlet is None, "nothing more is taken"


def test_the_end_of_the_process_waits_until_the_result_is_kept(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    end = CheckInRecorder.end

    def note(*args: Any, **how: Any) -> None:
        held.append(shared_drain().held_of("devices"))
        end(*args, **how)

    monkeypatch.setattr(CheckInRecorder, "end", note)
    app = visitor.join(visitor.open())
    before = shared_drain().held_of("devices")
    device = start(app)
    for _ in range(2):
        device.send(31)
        app.run()
    assert held == [before + 1]
    assert shared_drain().held_of("devices") == before, "and no longer"


def test_another_face_pauses(visitor: Visitor) -> None:
    app = visitor.join(visitor.open())
    device = start(app)
    device.send(5)
    device.send(5, face(1), face(2))
    app.run()
    assert "Paused" in texts(app)
    desk = app.session_state["wellbeing_desk"]
    assert desk.sitting.elapsed_s == 5


def test_stop_keeps_what_arrived(visitor: Visitor) -> None:
    app = visitor.join(visitor.open())
    device = start(app)
    device.send(20)
    app.button(key="wellbeing_stop").click().run()
    assert not app.exception
    visitor.store.writer.flush()
    with visitor.store.read() as session:
        assert session.query(Sample).count() == 20


def test_after_a_withdrawal_nothing_more_is_kept(visitor: Visitor) -> None:
    from fer_core.storage import persons

    app = visitor.join(visitor.open())
    device = start(app)
    device.send(3)
    app.run()
    person = visitor.person()
    assert person is not None
    with visitor.store.write() as session:
        persons.withdraw_consents(session, person_id=person.id, now_s=visitor.store.now_s())
    device.send(3)
    app.run()
    assert DISAGREED.text in texts(app)
    visitor.store.writer.flush()
    with visitor.store.read() as session:
        assert session.query(Sample).count() <= 3


@pytest.mark.parametrize(
    ("setting", "keys"),
    [
        ("both", {"wellbeing_start_device", "wellbeing_start"}),
        ("device", {"wellbeing_start_device"}),
        ("server", {"wellbeing_start"}),
    ],
)
def test_the_operator_says_what_is_offered(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, setting: str, keys: set[str]
) -> None:
    monkeypatch.setenv("FER_ANALYSE", setting)
    settings.cache_clear()
    app = visitor.join(visitor.open())
    found = {one.key for one in app.button if one.key and one.key.startswith("wellbeing_start")}
    assert found == keys
