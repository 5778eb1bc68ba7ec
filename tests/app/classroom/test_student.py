"""A student's page: codes, consent, own view, leaving, closed rooms."""

import pytest
from sqlalchemy import func, select

from fer_core.app.access import cookies
from fer_core.app.classroom import state, student
from fer_core.app.stream.camera import CameraReport
from fer_core.errors import StorageError
from fer_core.storage import Store, rooms
from fer_core.storage.room_tables import RoomMember
from fer_core.storage.tables import Consent, Person
from tests.app.classroom.conftest import (
    NEW_PEOPLE_HERE,
    WRONG_CODES,
    Browser,
    buttons,
    let_others_join,
    open_room,
    show,
    written,
)


def count(store: Store, table: type) -> int:
    with store.read() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_a_visitor_sees_a_field_for_the_code_and_a_marked_demonstration(
    store: Store, browser: Browser
) -> None:
    app = show()
    assert "Enter" in buttons(app)
    assert "Open the room" not in buttons(app)
    assert "nobody was filmed" in written(app)
    assert "Art. 5(1)(f)" in written(app)
    assert len(app.get("plotly_chart")) == 2
    assert "Camera agrees" in written(app), "simulated students say how it goes, too"
    rows = app.dataframe[0].value
    assert rows["marker"].tolist()[1:] == [
        "explained fractions",
        "exercise in pairs",
        "talked about the results",
    ]


@pytest.mark.parametrize("code", ["AAAAAAAA", "' OR 1=1--", "<script>alert(1)</script>", "%" * 8])
def test_a_wrong_code_opens_nothing(store: Store, browser: Browser, code: str) -> None:
    let_others_join(store)
    open_room(store)
    app = show(code)
    assert "No open room has this code" in written(app)
    assert code not in written(app)
    assert not browser.asked_camera


def test_who_tries_many_codes_is_shut_out_but_no_member_is(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store)
    app = show(room.code)
    app.button(key="agree").click().run()
    token = app.session_state["cookie-" + cookies.PERSON]
    wrong = show("AAAAA000")
    for _ in range(WRONG_CODES):
        wrong.run()
    assert "I agree, join with my camera" in buttons(show(room.code)), "one try counted once"
    for index in range(WRONG_CODES):
        show(f"AAAAA{index:03d}")
    assert "Too many wrong codes" in written(show("AAAAAAAA"))
    assert "Too many wrong codes" in written(show(room.code)), "and says nothing of a right one"
    browser.cookies[cookies.PERSON] = cookies.signer().sign_cookie(cookies.PERSON, token)
    assert "You are here as" in written(show(room.code))


def test_one_address_brings_so_many_new_people_and_any_number_of_known_ones(
    store: Store, browser: Browser
) -> None:
    let_others_join(store)
    room = open_room(store)
    for _ in range(NEW_PEOPLE_HERE):
        app = show(room.code)
        app.button(key="agree").click().run()
    token = app.session_state["cookie-" + cookies.PERSON]
    app = show(room.code)
    app.button(key="agree").click().run()
    assert "Too many new people joined from your network" in written(app)
    assert count(store, Person) == NEW_PEOPLE_HERE
    browser.cookies[cookies.PERSON] = cookies.signer().sign_cookie(cookies.PERSON, token)
    other = open_room(store)
    app = show(other.code)
    app.button(key="agree").click().run()
    assert "You are here as" in written(app)
    assert count(store, Person) == NEW_PEOPLE_HERE


def test_consent_then_the_own_view_then_leaving_erases(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store, title="<b>Maths</b>")
    app = show(room.code.lower())
    text = written(app)
    for part in ("What is stored", "at least 2 people", "for 30 days", "<i>R 1</i>", "guardians"):
        assert part in text
    assert not any(browser.stream.asked), "no camera before consent"
    assert count(store, Person) == 0

    app.button(key="agree").click().run()
    assert not app.exception
    assert browser.stream.asked[-1] is True
    assert "You are here as" in written(app)
    assert buttons(app)[0] == "Leave and erase"
    assert (count(store, Person), count(store, Consent)) == (1, 1)
    assert state.shared_hub().count_streams(room.id) == 1
    token = app.session_state["cookie-" + cookies.PERSON]

    app.button(key="leave").click().run()
    assert not app.exception
    assert "You have left the room" in written(app)
    assert browser.session.is_closed
    assert (count(store, Person), count(store, Consent), count(store, RoomMember)) == (0, 0, 0)
    assert state.shared_hub().count_streams(room.id) == 0
    assert app.session_state["cookie-" + cookies.PERSON] == "", "and the browser forgets the key"
    assert token


def test_after_a_lost_connection_one_press_goes_on_as_the_same(
    store: Store, browser: Browser
) -> None:
    let_others_join(store)
    room = open_room(store)
    app = show(room.code)
    app.button(key="agree").click().run()
    token = app.session_state["cookie-" + cookies.PERSON]
    browser.cookies[cookies.PERSON] = cookies.signer().sign_cookie(cookies.PERSON, token)
    again = show(room.code)
    assert "Go on with my camera" in buttons(again)
    again.button(key="go-on").click().run()
    assert browser.stream.asked[-1] is True
    assert count(store, Person) == 1
    assert count(store, Consent) == 1
    assert state.shared_hub().count_streams(room.id) == 1


def test_what_cannot_be_erased_now_is_said_and_stays_one_press_away(
    store: Store, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_others_join(store)
    app = show(open_room(store).code)
    app.button(key="agree").click().run()

    def fail(*_: object) -> bool:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(student, "leave_and_erase", fail)
        app.button(key="leave").click().run()
    assert "The disk is full." in written(app)
    assert "You have left the room" not in written(app)
    assert browser.session.is_closed
    app.button(key="leave").click().run()
    assert "You have left the room" in written(app)
    assert count(store, Person) == 0


def test_an_insecure_page_says_so_before_the_consent(store: Store, browser: Browser) -> None:
    let_others_join(store)
    browser.before = CameraReport(0, "insecure")
    assert "open this page by https" in written(show(open_room(store).code))


def test_who_joins_again_is_not_filmed_before_the_consent(store: Store, browser: Browser) -> None:
    let_others_join(store)
    app = show(open_room(store).code)
    app.button(key="agree").click().run()
    assert browser.attempts[-1] == 1
    app.button(key="leave").click().run()
    app.button(key="again").click().run()
    assert "What is stored" in written(app)
    assert browser.attempts[-1] == 0, "a look, without opening the camera"


def test_a_closed_room_ends_the_view_and_lets_one_erase(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store)
    app = show(room.code)
    app.button(key="agree").click().run()
    with store.write() as session:
        rooms.close_room(session, room_id=room.id, holder=1, now_s=store.now_s())
    app.run()
    assert "is closed; your camera is off" in written(app)
    assert browser.session.is_closed
    app.button(key="leave").click().run()
    assert "You have left the room" in written(app)
    assert count(store, Person) == 0
    assert "No open room has this code" in written(show(room.code)), "for everybody else"


def test_without_a_purpose_nobody_joins(store: Store, browser: Browser) -> None:
    room = open_room(store)
    app = show(room.code)
    assert "has not chosen a purpose" in written(app)
    assert "I agree, join with my camera" not in buttons(app)
    let_others_join(store)
    app = show(room.code)
    let_others_join(store, "self")
    app.button(key="agree").click().run()
    assert count(store, Person) == 0, "withdrawn while the consent was being read"


def test_another_purpose_asks_again(store: Store, browser: Browser) -> None:
    let_others_join(store)
    room = open_room(store)
    app = show(room.code)
    app.button(key="agree").click().run()
    let_others_join(store)
    app.run()
    assert "What is stored" in written(app), "the owner chose anew: so does the student"
    assert browser.session.is_closed
    assert state.shared_hub().count_streams(room.id) == 0
    app.button(key="agree").click().run()
    assert "You are here as" in written(app)
    assert (count(store, Person), count(store, Consent)) == (1, 2)


def test_a_room_with_one_camera_shows_its_notice(store: Store, browser: Browser) -> None:
    let_others_join(store)
    app = show(open_room(store, mode="camera").code)
    assert "A camera measures this class" in written(app)
    assert "at least 2 people" in written(app)
    assert not browser.asked_camera


def test_a_camera_that_is_refused_is_said(store: Store, browser: Browser) -> None:
    let_others_join(store)
    browser.answer = "NotAllowedError"
    app = show(open_room(store).code)
    app.button(key="agree").click().run()
    assert "The camera is blocked for this page" in written(app)
    assert "Go on with my camera" in buttons(app)


def test_the_own_view_stores_nothing(store: Store, browser: Browser) -> None:
    app = show()
    app.button(key="self").click().run()
    assert "Nobody else sees this" in written(app)
    app.button(key="start").click().run()
    assert browser.stream.asked[-1] is True
    assert count(store, Person) == 0
    app.button(key="back").click().run()
    assert browser.session.is_closed
    assert "Enter" in buttons(app)
