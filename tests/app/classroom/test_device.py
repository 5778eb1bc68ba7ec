"""A student's own camera on their own device: its seconds count in the room, and nobody else's."""

from types import SimpleNamespace
from typing import Any

from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.app.classroom import state
from fer_core.app.classroom.joining import listener_of
from fer_core.app.device.samples import open_inlet
from fer_core.classroom import membership
from fer_core.classroom.measures import CONCENTRATION
from fer_core.classroom.seconds import DeviceMeter
from fer_core.storage import Store, answers, rooms
from fer_core.storage.room_tables import Room, RoomAnswers, RoomSecond
from fer_core.storage.tables import Person, Sample
from tests.app.classroom.conftest import Browser, enter, let_others_join, open_room, show, written
from tests.app.device.sending import Device
from tests.clock import wait_until
from tests.device.samples import face

SEEN = {"facing": 1.0, "eyes_open": 0.75, "concentration": 0.5}


def join(room: Room) -> tuple[AppTest, Device]:
    app = show(room.code)
    assert "does not leave it" in written(app), "the consent names this way"
    app.button(key="agree_device").click().run()
    assert not app.exception, app.exception
    return app, Device(app.session_state["classroom"].device)


def test_a_class_on_devices_is_seen_and_a_student_can_erase(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store)
    first, one = join(room)
    second, two = join(room)
    assert not browser.asked_camera[-1:] or browser.stream.asked[-1:] != [True]
    assert state.shared_hub().count_streams(room.id) == 2
    for device in (one, two):
        device.send(6, face(1, **SEEN), face(2, box=[0.0, 0.0, 0.1, 0.1]))
    meter = first.session_state["classroom"].meter
    assert meter.newest.values[CONCENTRATION] == 0.5

    def is_shown() -> bool:
        store.writer.flush()
        with store.read() as session:
            return session.query(Sample).count() == 12 and session.query(RoomSecond).count() > 0

    wait_until(is_shown)
    first.run()
    assert "eyes open 75.0 %" in written(first)
    first.button(key="leave").click().run()
    assert "You have left the room" in written(first)
    assert not one.visit.is_on
    with store.read() as session:
        assert session.query(Person).count() == 1
        assert session.query(Sample).count() == 6, "the other's"
    second.button(key="leave").click().run()
    state.close_hubs()


def answer_of(app: AppTest) -> Any:
    """What a student says of how it goes."""
    (choice,) = (one for one in app.button_group if one.label == "How does it go?")
    return choice


def test_students_say_how_it_goes_and_the_educator_sees_how_many(
    store: Store, browser: Browser
) -> None:
    let_others_join(store)
    room = open_room(store, holder=enter(store, browser, Role.EDUCATOR))
    joined = [join(room) for _ in range(2)]
    for (app, device), word in zip(joined, (True, False), strict=True):
        device.send(9, face(1, **SEEN))
        app.run()
        answer_of(app).set_value(word).run()
        assert not app.exception, app.exception
        if word:  # one alone is not counted
            assert "Noted: *I am following*" in written(app)
            assert "once 2 people of the class have spoken" in written(app)
            first, before, tapped = app, app._tree, answer_of(app)

    def counts() -> list[RoomAnswers]:
        with store.read() as session:
            return answers.list_answers(session, room_id=room.id)

    wait_until(lambda: bool(counts()))
    state.close_hubs()
    (count,) = counts()
    assert (count.people, count.follows, count.measured, count.agrees) == (2, 0.5, 2, 0.5)
    for app, _ in joined:
        app.run()
        assert "Nothing of yours waits" in written(app)
        assert answer_of(app).value in (None, [])
    first._tree = before  # a browser that has not heard of it yet reports what it has
    tapped.set_value(True)
    first.run()
    assert "Nothing of yours waits" in written(first), "nobody taps twice by being slow"
    seen = show()
    assert [metric.value for metric in seen.metric][-3:] == ["0.5", "0.5", "0.5"]
    assert "These are of 2 people" in written(seen)
    first._tree = before
    tapped.set_value(False)  # and who taps before it has heard is heard
    first.run()
    first.run()
    assert "Noted: *I am lost*" in written(first)


def test_an_answer_is_taken_back_by_a_second_tap(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store)
    app, _ = join(room)
    answer_of(app).set_value(False).run()
    assert "Noted" in written(app)
    answer_of(app).set_value(None).run()
    assert "Noted" not in written(app)
    with store.read() as session:
        assert answers.waiting_answers(session, room_id=room.id) == {}
    with store.write() as session:
        rooms.leave_room(
            session, room_id=room.id, person_id=app.session_state["classroom"].place.person_id
        )
    answer_of(app).set_value(False).run()
    assert not app.exception
    state.close_hubs()


def test_five_devices_below_k_show_no_class_and_a_sixth_does(
    store: Store, browser: Browser
) -> None:
    let_others_join(store)
    room = open_room(store, k_min=6)
    hub = state.shared_hub()
    devices: list[Device] = []

    def seat() -> None:
        place, _ = membership.join(store, code=room.code, key=None, consent_text="agreed")
        meter = DeviceMeter()
        inlet, token = open_inlet("classroom", "browser", listener_of(meter))
        hub.sit(place, meter)
        devices.append(Device(SimpleNamespace(inlet=inlet, _token=token)))  # type: ignore[arg-type]

    def shown() -> set[int]:
        store.writer.flush()
        with store.read() as session:
            return {second.people for second in session.query(RoomSecond)}

    for _ in range(5):
        seat()
    for device in devices:
        device.send(20, face(1, **SEEN))
    hub.tick()
    assert not shown(), "five of six"
    with store.read() as session:
        assert session.query(Sample).count() > 0, "each device's own are kept"
    seat()
    for device in devices:
        device.send(20, face(1, **SEEN))
    wait_until(lambda: bool(shown()))
    assert shown() == {6}, "no second of five"
    state.close_hubs()


def test_still_pictures_before_two_devices_are_no_class(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store)
    for app, device in (join(room), join(room)):
        for _ in range(3):
            device.send(25, face(1, **SEEN), is_still=True)
        assert app.session_state["classroom"].meter.is_still
        app.run()
        assert "has not moved like a person" in written(app)

    def is_stored() -> bool:
        store.writer.flush()
        with store.read() as session:
            return session.query(Sample).count() == 150

    wait_until(is_stored)
    with store.read() as session:
        assert session.query(RoomSecond).count() == 0
    state.close_hubs()


def test_one_student_below_k_shows_no_class(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store)
    app, device = join(room)
    device.send(3, face(1, **SEEN))

    def is_stored() -> bool:
        store.writer.flush()
        with store.read() as session:
            return session.query(Sample).count() == 3

    wait_until(is_stored)
    with store.read() as session:
        assert session.query(RoomSecond).count() == 0
    app.button(key="leave").click().run()
    state.close_hubs()


def test_self_view_stores_nothing(store: Store, browser: Browser) -> None:
    app = show()
    app.button(key="self").click().run()
    app.button(key="start_device").click().run()
    assert not app.exception
    Device(app.session_state["classroom"].device).send(3, face(1, **SEEN))
    app.run()
    assert "eyes open 75.0 %" in written(app)
    store.writer.flush()
    with store.read() as session:
        assert session.query(Sample).count() == 0
