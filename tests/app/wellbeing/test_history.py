"""The tab 'My history': own data only, notes, export, erasing."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.access import cookies
from fer_core.app.wellbeing import membership, own_data
from fer_core.classification.identity import identify_model
from fer_core.storage import audit, checkins
from fer_core.storage.consents import standing_consents
from fer_core.storage.tables import CheckIn, Consent, Minute, Person, Sample
from tests.app.wellbeing.visitor import Visitor, choose, open_tab, press, show_demo, texts
from tests.storage.fills import add_person


def checked_in(visitor: Visitor, name: str = "otter") -> AppTest:
    app = visitor.join(visitor.open(), name)
    app.button(key="wellbeing_start").click().run()
    visitor.see(60)
    app.run()
    visitor.store.writer.flush()
    return open_tab(app, "My history")


def test_the_demonstration_needs_nobody(visitor: Visitor) -> None:
    app = open_tab(visitor.open(), "My history")
    assert "demo-01" in texts(app)
    assert "Usual for you" in texts(app)
    show_demo(app, False)
    assert "once you have joined" in texts(app)
    assert "demo-01" not in texts(app)


def test_own_course_and_notes(visitor: Visitor) -> None:
    other, theirs = add_person(visitor.store, "badger", seconds=60)
    app = checked_in(visitor)
    assert "not stressed, stress ratio 8.0 %" in texts(app)
    assert "badger" not in texts(app)
    with visitor.store.read() as session:
        mine = session.query(CheckIn).filter(CheckIn.person_id != other).one()
    assert f"wellbeing-note-{theirs}" not in [box.key for box in app.text_input]
    app.text_input(key=f"wellbeing-note-{mine.id}").set_value("=1+1 <b>late</b>").run()
    with visitor.store.read() as session:
        assert session.get(CheckIn, mine.id).note == "=1+1 <b>late</b>"  # type: ignore[union-attr]
    press(app, "Delete")
    assert "deleted" in texts(app)
    with visitor.store.read() as session:
        assert checkins.list_checkins(session, person_id=mine.person_id) == []
        assert session.query(Minute).count() > 0, "only the other's"
        assert {row.person_id for row in session.query(Minute)} == {other}


def test_a_first_day_is_figures_and_no_chart(visitor: Visitor) -> None:
    app = checked_in(visitor)
    assert "Your first day" in texts(app)
    assert [one.label for one in app.metric][-2:] == ["Stress ratio", "Happiness ratio"]
    assert "By weekday" not in texts(app)


def test_exports_hold_ones_own_data_and_are_logged(visitor: Visitor) -> None:
    app = checked_in(visitor)
    labels = [button.proto.label for button in app.get("download_button")]
    assert {"Export CSV", "Export JSON"} <= set(labels)
    key = str(app.session_state[f"cookie-{cookies.PERSON}"])
    data = json.loads(own_data._export(key, "json"))
    assert data["pseudonym"] == "otter"
    assert len(data["samples"]) == 60
    table = own_data._export(key, "csv")
    assert table.count(b"otter") == 60
    model = identify_model()
    assert data["checkins"][0]["result"]["model"] == model.to_dict()
    assert table.count(f"{model.name}, version {model.version}, {model.sha256}".encode()) == 60
    with visitor.store.read() as session:
        entries = [entry for entry, _ in audit.list_entries(session)]
    assert [entry.action for entry in entries] == ["exported", "exported"]
    assert not any("otter" in entry.subject for entry in entries)
    with pytest.raises(own_data.StorageError, match="erased"):
        own_data._export("another key", "json")


def test_erasing_is_confirmed_complete_and_at_once(visitor: Visitor, tmp_path: Path) -> None:
    app = checked_in(visitor, "zephyr-unmistakable")
    press(app, "Erase everything")
    assert visitor.person() is not None, "only asked for"
    press(app, "Keep them")
    press(app, "Erase everything")
    press(app, "Yes, erase")
    assert not app.exception
    assert "Everything about you is erased" in texts(app)
    with visitor.store.read() as session:
        for table in (Person, CheckIn, Sample, Minute):
            assert session.query(table).count() == 0
    for path in tmp_path.iterdir():
        if path.is_file():
            assert b"zephyr-unmistakable" not in path.read_bytes(), path.name
    assert app.session_state[f"cookie-{cookies.PERSON}"] == ""
    assert "zephyr" not in texts(app)
    open_tab(app, "Check in")
    assert "Join" in texts(app)


def test_withdrawing_ends_recording_and_keeps_what_is_there(visitor: Visitor) -> None:
    app = checked_in(visitor)
    press(app, "Withdraw consent")
    assert "nothing more is recorded" in texts(app)
    open_tab(app, "Check in")
    assert "Agree to begin" in texts(app)
    assert not [button for button in app.button if button.key == "wellbeing_start"]
    with visitor.store.read() as session:
        assert session.query(Sample).count() == 60


def test_every_consent_that_stands_is_seen_and_can_be_withdrawn(visitor: Visitor) -> None:
    """Also those to an older text, which the person is not asked for any more."""
    app = checked_in(visitor)
    choose(visitor.store, "research")
    app = open_tab(app, "My history")
    assert "**Self-view: everybody sees only themselves**, version 3.0" in texts(app)
    assert "(an older text)" in texts(app)
    visitor.join(open_tab(app, "Check in"))
    app = open_tab(app, "My history")
    assert "**Research**, version 3.1" in texts(app)
    with visitor.store.read() as session:
        old, new = session.query(Consent).order_by(Consent.id).all()
    app.button(key=f"wellbeing-withdraw-{old.id}").click().run()
    assert not app.exception
    with visitor.store.read() as session:
        assert [c.id for c in standing_consents(session, person_id=old.person_id)] == [new.id]
    assert desk_member(app) is not None, "the newer one holds"
    press(app, "Withdraw consent")
    assert "No consent of yours stands" in texts(app)
    assert desk_member(app) is None
    assert not [button for button in app.button if button.label == "Withdraw consent"]


def desk_member(app: AppTest) -> object:
    return app.session_state["wellbeing_desk"].member


def test_a_key_brings_one_back_and_wrong_ones_are_slowed(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = visitor.join(visitor.open(), "otter")
    key = str(app.session_state[f"cookie-{cookies.PERSON}"])
    history_tab = open_tab(app, "My history")
    assert key in [code.value for code in history_tab.code]
    other = visitor.open()
    monkeypatch.setattr(membership, "visitor_address", lambda: "192.0.2.1")
    membership._limiter.cache_clear()

    def try_key(value: str) -> AppTest:
        next(box for box in other.text_input if box.label == "Key").set_value(value)
        return press(other, "Come back")

    for _ in range(10):
        assert "No pseudonym has this key" in texts(try_key("wrong"))
    assert "Too many wrong keys" in texts(try_key(key))
    membership._limiter.cache_clear()
    assert "otter" in texts(try_key(key))
