"""The educator's page: who may open rooms, an open room, markers, past lessons, one camera."""

import pytest

from fer_core.access import Role
from fer_core.app.classroom import state, texts, watch
from fer_core.app.classroom.codes import grouped, plain
from fer_core.app.classroom.educator import LONGEST_MIN
from fer_core.app.classroom.room import link_of
from fer_core.app.classroom.watch import CONSTRAINTS
from fer_core.storage import RoomSecondRow, Store, audit, rooms
from fer_core.storage.recording import write_rows
from fer_core.storage.room_tables import Room
from tests.app.classroom.conftest import (
    Browser,
    buttons,
    enter,
    let_others_join,
    open_room,
    show,
    written,
)

MIX = (0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.7)


def add_seconds(store: Store, room: Room, count: int, *, facing: float = 0.8) -> None:
    now_s = store.now_s()
    with store.write() as session:
        kept = session.get(Room, room.id)
        assert kept is not None
        kept.opened_s = now_s - count - 60
        write_rows(
            session,
            [
                RoomSecondRow(room.id, now_s - count + i, 3, MIX, facing, 0.9, 0.6)
                for i in range(count)
            ],
        )


def actions(store: Store) -> list[str]:
    with store.read() as session:
        return [f"{entry.action} {entry.subject}" for entry, _ in audit.list_entries(session)]


@pytest.mark.parametrize("role", [None, Role.ANALYST, Role.MANAGER])
def test_only_educators_open_rooms(store: Store, browser: Browser, role: Role | None) -> None:
    let_others_join(store)
    if role:
        enter(store, browser, role)
    app = show()
    assert "Open the room" not in buttons(app)
    assert "Enter" in buttons(app)


@pytest.mark.parametrize(
    ("role", "text"),
    [(Role.EDUCATOR, texts.NO_PURPOSE), (Role.OWNER, texts.OWN_NO_PURPOSE)],
)
def test_without_a_purpose_there_are_the_demonstration_and_the_own_view(
    store: Store, browser: Browser, role: Role, text: str
) -> None:
    enter(store, browser, role)
    app = show()
    assert text in written(app)
    assert buttons(app)[:1] == ["Try it on myself"]
    assert "Open the room" not in buttons(app)
    assert "nobody was filmed" in written(app)


def test_a_forged_field_makes_no_smaller_group(store: Store, browser: Browser) -> None:
    """A WebSocket may say anything; the field takes what it is not offered for its default."""
    let_others_join(store)
    number = enter(store, browser, Role.EDUCATOR)
    app = show()
    app.text_input[0].set_value("Maths")
    minutes, k_min = app.number_input
    minutes.set_value(10**9)
    k_min.set_value(1)
    next(b for b in app.button if b.label == "Open the room").click().run()
    with store.read() as session:
        (room,) = rooms.list_rooms(session, holder=number)
    assert room.k_min == 2
    assert room.closes_s - room.opened_s <= 60 * LONGEST_MIN


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.OWNER])
def test_a_room_is_opened_shown_marked_and_closed(
    store: Store, browser: Browser, role: Role
) -> None:
    let_others_join(store)
    number = enter(store, browser, role)
    app = show()
    app.text_input[0].set_value("<b>Maths</b> *7b*")
    next(b for b in app.button if b.label == "Open the room").click().run()
    assert not app.exception
    with store.read() as session:
        (room,) = rooms.list_rooms(session, holder=number)
    assert "<b>Maths</b> *7b*" in written(app)
    assert grouped(room.code) in written(app)
    assert f"/classroom?room={room.code}" in app.code[0].value
    assert [metric.value for metric in app.metric] == ["0", "0", "nobody"]
    assert "at least 2 people" in written(app)
    assert not app.get("plotly_chart")

    add_seconds(store, room, 20)
    app.text_input[0].set_value("=explained <fractions>")
    next(b for b in app.button if b.label == "Set a marker").click().run()
    assert not app.exception
    assert [metric.value for metric in app.metric] == ["0", "0", "3 people"]
    assert len(app.get("plotly_chart")) == 2

    app.button(key="close").click().run()
    assert "ends for everybody" in written(app), "it asks first"
    app.button(key="close-yes").click().run()
    assert not app.exception
    assert "Open the room" in buttons(app)
    assert "Lessons that are over" in written(app)
    table = app.dataframe[0].value
    assert "=explained <fractions>" in table["marker"].tolist()
    assert table["facing the screen"].tolist()[0] == 0.8
    assert table["most shown"].tolist()[0] == "neutral 0.7"
    told = actions(store)
    assert f"opened room {room.id}, devices, k 2" in told
    assert f"closed room {room.id}" in told
    assert told.count(f"looked room {room.id}") == 1, "once per visit"


def test_what_is_exported_is_noted_and_is_no_formula(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store, holder=enter(store, browser, Role.EDUCATOR))
    add_seconds(store, room, 3)
    with store.write() as session:
        rooms.add_marker(session, room_id=room.id, label="=1+1", now_s=store.now_s() - 2)
        rooms.close_room(session, room_id=room.id, holder=room.holder, now_s=store.now_s())
    app = show()
    (seconds, _) = app.get("download_button")
    assert seconds.label == "Download seconds (CSV)"
    seconds.click().run()
    assert not app.exception
    assert f"exported room {room.id}" in actions(store)


def test_rooms_of_others_are_not_shown(store: Store, browser: Browser) -> None:
    let_others_join(store)
    other = open_room(store, holder=99, title="Not mine")
    enter(store, browser, Role.EDUCATOR)
    app = show()
    assert "Not mine" not in written(app)
    assert other.code not in written(app)
    assert "Open the room" in buttons(app)


@pytest.mark.parametrize("title", ["", "\u202eabc"])
def test_an_impossible_title_is_said(store: Store, browser: Browser, title: str) -> None:
    let_others_join(store)
    number = enter(store, browser, Role.EDUCATOR)
    app = show()
    app.text_input[0].set_value(title)
    next(b for b in app.button if b.label == "Open the room").click().run()
    assert len(app.error) == 1
    with store.read() as session:
        assert not rooms.list_rooms(session, holder=number)


def test_a_restart_of_the_app_keeps_the_room(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store, holder=enter(store, browser, Role.EDUCATOR))
    state.close_hubs()
    assert grouped(room.code) in written(show())


def test_a_camera_starts_only_when_all_is_confirmed(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store, holder=enter(store, browser, Role.EDUCATOR), mode="camera")
    app = show()
    assert room.code not in written(app), "nobody joins by device"
    assert "guardians" in " ".join(box.label for box in app.checkbox)
    for index in range(len(texts.CAMERA_CONFIRMATIONS)):
        assert app.button(key="camera-start").disabled
        app.checkbox[index].check().run()
    app.button(key="camera-start").click().run()
    assert not app.exception
    assert texts.NOTICE_TITLE in written(app)
    assert browser.asked_camera[-1][1] == CONSTRAINTS
    assert browser.options["mirror"] is False
    frame = object()
    drawn = browser.options["annotate"](frame, browser.session.current.result, False)
    assert drawn is frame, "no box and no label on any face"
    assert f"confirmed notice and consent, room {room.id}" in actions(store)
    assert state.shared_hub().watching(room.id) is not None
    app.button(key="camera-stop").click().run()
    assert state.shared_hub().watching(room.id) is None
    assert browser.session.is_closed
    assert browser.options["analysis_hz"] == watch.WATCH_HZ


def test_a_camera_that_another_one_displaced_is_turned_off(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store, holder=enter(store, browser, Role.EDUCATOR), mode="camera")
    app = show()
    for index in range(len(texts.CAMERA_CONFIRMATIONS)):
        app.checkbox[index].check().run()
    app.button(key="camera-start").click().run()
    state.shared_hub().set_up(room.id, room.k_min)
    app.run()
    assert not app.exception
    assert "Another camera watches this class now" in written(app)
    assert browser.session.is_closed
    assert state.shared_hub().watching(room.id) is not None, "the other one goes on"


def test_the_link_needs_an_address() -> None:
    assert link_of("ABCDEFGH") == ""


@pytest.mark.parametrize("typed", ["ABCD EFGH", "abcd-efgh", " ABCDEFGH "])
def test_a_code_is_read_with_and_without_its_gap(typed: str) -> None:
    assert plain(typed) == "ABCDEFGH"
    assert grouped(plain(typed)) == "ABCD EFGH"
