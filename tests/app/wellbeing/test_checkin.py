"""The tab 'Check in' as a visitor handles it: join, check in, result."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.stream.messages import SLOT_LOST
from fer_core.app.wellbeing.desk import DISAGREED, this_desk
from fer_core.storage import checkins, persons
from fer_core.storage.choices import choose_purpose
from fer_core.storage.tables import Consent, Sample
from tests.app.fakes import NO_FRAME
from tests.app.wellbeing.visitor import Visitor, choose, press, texts


def start(app: AppTest) -> AppTest:
    app.button(key="wellbeing_start").click().run()
    assert not app.exception, app.exception
    return app


def desk_of(app: AppTest) -> Any:
    return app.session_state["wellbeing_desk"]


def count(visitor: Visitor) -> int:
    visitor.store.writer.flush()
    with visitor.store.read() as session:
        return session.query(Sample).count()


def test_a_newcomer_sees_the_demonstration_and_no_camera(visitor: Visitor) -> None:
    app = visitor.open()
    assert "Join" in texts(app)
    assert "Not stressed" in texts(app), "of the demonstration"
    assert "not what you feel" in texts(app)
    assert "prohibited" in texts(app)
    assert visitor.stream.asked == []
    assert visitor.person() is None


def test_a_check_in_is_recorded_and_judged(visitor: Visitor) -> None:
    app = start(visitor.join(visitor.open()))
    assert visitor.stream.asked[-1] is True
    assert visitor.admission.free == 0
    visitor.see(20)
    app.run()
    assert "Your check-in" not in texts(app)
    visitor.see(60)
    app.run()
    assert not app.exception
    assert "Your check-in" in texts(app)
    assert "Not stressed" in texts(app)
    assert "88.0 %" in texts(app)
    assert visitor.admission.free == 1
    assert visitor.session.is_closed
    assert count(visitor) == 60
    person = visitor.person()
    assert person is not None
    with visitor.store.read() as session:
        sitting = checkins.list_checkins(session, person_id=person.id)[0]
    assert (sitting.kind, sitting.result["verdict"]) == ("checkin", "not stressed")  # type: ignore[index]
    assert sitting.ended_s is not None


def test_a_second_face_pauses_and_is_not_stored(visitor: Visitor) -> None:
    app = start(visitor.join(visitor.open()))
    visitor.see(70, tracks=2)
    app.run()
    assert "Paused" in texts(app)
    assert count(visitor) == 0
    assert desk_of(app).sitting.elapsed_s == 0
    press(app, "Stop")
    assert count(visitor) == 0
    assert "Can't tell" in texts(app)


def test_until_stop_it_shows_the_ratio_and_alerts_the_person(visitor: Visitor) -> None:
    app = visitor.join(visitor.open())
    app.radio(key="wellbeing_length").set_value("Until I press Stop").run()
    app.toggle(key="wellbeing_alert").set_value(True).run()
    app = start(app)
    visitor.see(60, emotion="sad")
    app.run()
    assert "Stressed" in texts(app)
    assert "Time for a break" not in texts(app)
    visitor.see(95, emotion="sad")
    app.run()
    assert "Time for a break" in texts(app)
    press(app, "Stop")
    assert "Your check-in" in texts(app)
    assert count(visitor) == 95


def test_the_settings_decide_and_outlive_a_check_in(visitor: Visitor) -> None:
    app = visitor.join(visitor.open())
    app.selectbox(key="wellbeing_preset").set_value(
        "Five classes, as the published staff page: angry, sad"
    ).run()
    app = start(app)
    visitor.see(60, emotion="fear")
    app.run()
    app.run()
    assert desk_of(app).rule.emotions == ("angry", "sad")
    assert "Not stressed" in texts(app)
    preset = app.selectbox(key="wellbeing_preset")
    preset.set_value(preset.options[0]).run()
    assert ": Stressed" in texts(app)
    app.slider(key="wellbeing_threshold").set_value(95).run()
    assert "Not stressed" in texts(app)


def test_a_database_that_goes_away_leaves_the_video_and_says_so(
    visitor: Visitor, tmp_path: Path
) -> None:
    app = start(visitor.join(visitor.open()))
    shutil.move(tmp_path / "mien.sqlite3", tmp_path / "away")
    visitor.see(20)
    app.run()
    assert not app.exception
    assert "Nothing is being recorded" in texts(app)
    assert visitor.stream.asked[-1] is True
    shutil.move(tmp_path / "away", tmp_path / "mien.sqlite3")
    desk_of(app).recorder._retry_at = 0.0
    visitor.see(60)
    app.run()
    assert "Your check-in" in texts(app)
    assert count(visitor) == 60, "what waited was written"


def test_a_database_that_is_away_from_the_start_is_one_sentence(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.store.open()
    shutil.move(tmp_path / "mien.sqlite3", tmp_path / "away")
    app = visitor.open()
    assert len(app.error) == 1
    assert "Nothing is being recorded" in app.error[0].value
    assert "Not stressed" in texts(app), "the demonstration needs no database"
    assert not any(visitor.stream.asked)


def test_a_new_purpose_is_agreed_to_before_anything_goes_on(visitor: Visitor) -> None:
    app = visitor.join(visitor.open())
    choose(visitor.store, "research")
    app.button(key="wellbeing_start").click().run()
    assert visitor.admission.free == 1, "not even by a page that was open"
    assert "Agree to begin" in texts(app)
    assert "Study 7" in texts(app)
    assert "Managers see figures of at least 3 people together" in texts(app)
    visitor.join(app)
    with visitor.store.read() as session:
        newest = session.query(Consent).order_by(Consent.id.desc()).first()
    assert newest is not None
    assert (newest.purpose, newest.version) == ("wellbeing/research", "3.1")


def withdraw_elsewhere(visitor: Visitor, how: str) -> None:
    """What happens in another tab, or at the owner's."""
    if how == "new choice":
        choose(visitor.store, "research")
        return
    person = visitor.person()
    assert person is not None
    if how == "erased":
        visitor.store.erase(person_id=person.id)
        return
    with visitor.store.write() as session:
        persons.withdraw_consents(session, person_id=person.id, now_s=visitor.store.now_s())
        if how == "agreed anew":
            persons.give_consent(
                session,
                person_id=person.id,
                purpose="wellbeing/self",
                version="3.0",
                text="t",
                now_s=visitor.store.now_s(),
            )


@pytest.mark.parametrize("how", ["withdrawn", "new choice", "erased", "agreed anew"])
def test_a_running_check_in_ends_when_its_consent_does(visitor: Visitor, how: str) -> None:
    app = visitor.join(visitor.open())
    app.radio(key="wellbeing_length").set_value("Until I press Stop").run()
    app = start(app)
    visitor.see(20)
    app.run()
    assert count(visitor) == 20
    withdraw_elsewhere(visitor, how)
    visitor.see(119)
    app.run()
    assert not app.exception
    assert count(visitor) == (0 if how == "erased" else 20), "not one row more"
    assert visitor.admission.free == 1, "the camera is off"
    assert not desk_of(app).is_busy
    if how != "agreed anew":
        assert DISAGREED.text in texts(app)


def test_a_stream_that_does_not_notice_writes_nothing_either(visitor: Visitor) -> None:
    """Only the writer knows: the page's own look is taken away."""
    app = start(visitor.join(visitor.open()))
    visitor.see(20)
    app.run()
    desk = desk_of(app)
    assert count(visitor) == 20
    withdraw_elsewhere(visitor, "withdrawn")
    visitor.see(59)
    desk.collect(visitor.store)
    desk.finish(visitor.store)
    assert count(visitor) == 20
    assert visitor.store.writer.status().refused == 39


def test_until_stop_ends_after_an_hour(visitor: Visitor) -> None:
    app = visitor.join(visitor.open())
    app.radio(key="wellbeing_length").set_value("Until I press Stop").run()
    app = start(app)
    visitor.see(3700)
    app.run()
    assert visitor.admission.free == 1
    assert count(visitor) == 3600
    assert "Your check-in" in texts(app)


def test_the_owners_words_have_no_meaning_in_the_consent(visitor: Visitor) -> None:
    with visitor.store.write() as session:
        choose_purpose(
            session,
            purpose="medical_or_safety",
            number=1,
            now_s=visitor.store.now_s(),
            reason="![x](http://x) <b>",
        )
    assert r"\!\[x\]\(http\:\/\/x\) \<b\>" in texts(visitor.open())


def test_the_page_left_ends_the_check_in(visitor: Visitor) -> None:
    from fer_core.app.wellbeing import desk as module

    app = start(visitor.join(visitor.open()))
    visitor.see(20)
    app.run()
    patch = pytest.MonkeyPatch()
    patch.setattr(module.st, "session_state", {"wellbeing_desk": desk_of(app)})
    try:
        assert this_desk().is_busy
        module.leave_wellbeing_page()
    finally:
        patch.undo()
    assert visitor.admission.free == 1
    assert count(visitor) == 20


def test_a_place_that_was_lost_is_said(visitor: Visitor) -> None:
    visitor.session.current = NO_FRAME
    app = visitor.join(visitor.open())
    app.button(key="wellbeing_start").click().run()
    desk_of(app).visit.lease.release()
    app.run()
    assert not app.exception
    assert SLOT_LOST.text in texts(app)
    assert visitor.admission.free == 1


def test_busy_waits_and_can_be_cancelled(visitor: Visitor) -> None:
    other = visitor.admission.acquire("somebody else")
    app = start(visitor.join(visitor.open()))
    assert "places are taken" in texts(app)
    press(app, "Cancel")
    assert app.button(key="wellbeing_start")
    other.release()
    start(app)
    assert visitor.stream.asked[-1] is True
