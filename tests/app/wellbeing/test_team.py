"""The tab 'Team': for managers, in groups of k; the demonstration for everybody."""

import re
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.storage import Store, audit, persons
from fer_core.storage.tables import Choice, Consent, Sample, Team
from fer_core.wellbeing.days import bounds_of, past_days
from tests.app.wellbeing.visitor import (
    Visitor,
    agree,
    choose,
    open_tab,
    press,
    show_demo,
    texts,
)
from tests.storage.fills import ANGRY, HAPPY, add_person

PURPOSE = "wellbeing/research"


def fill(store: Store, people: int, *, back: int = 0, name: str = "person") -> list[int]:
    """People with a minute each, on a day that is over."""
    day = past_days(store.now_s(), 1)[0] - timedelta(days=back)
    start_s = bounds_of(day)[0] + 9 * 3600
    ids = []
    for number in range(people):
        one, _ = add_person(
            store,
            f"{name} {number}",
            seconds=60,
            start_s=start_s,
            probs=ANGRY if number == 0 else HAPPY,
        )
        agree(store, one, at_s=start_s - 600, purpose=PURPOSE)
        ids.append(one)
    return ids


def days_of_people(app: AppTest) -> str:
    return next(metric for metric in app.metric if metric.label == "Days of people").value


def test_a_newcomer_sees_the_demonstration(visitor: Visitor) -> None:
    app = open_tab(visitor.open(), "Team")
    shown = {metric.label: metric.value for metric in app.metric}
    assert int(shown["Days of people"]) > 300
    assert re.fullmatch(r"\d+ %", shown["Stress ratio"])
    assert "demo-" not in texts(app), "not even a made-up name"
    team = next(box for box in app.selectbox if box.label == "Team")
    assert team.options == ["All teams", "Workshop", "Office", "Front desk"]
    team.set_value(0).run()
    assert days_of_people(app).isdigit()
    with visitor.store.read() as session:
        assert session.query(Sample).count() == 0, "in memory only"


@pytest.mark.parametrize("role", [None, Role.EDUCATOR, Role.ANALYST])
def test_others_roles_see_no_aggregate(visitor: Visitor, role: Role | None) -> None:
    choose(visitor.store, "research")
    fill(visitor.store, 4)
    if role:
        visitor.enter(role)
    app = show_demo(open_tab(visitor.open(), "Team"), False)
    assert "This is for the role manager" in texts(app)
    labels = [metric.label for metric in app.metric]
    assert "Days of people" not in labels


def test_without_a_purpose_even_a_manager_sees_nobody(visitor: Visitor) -> None:
    fill(visitor.store, 4)
    visitor.enter(Role.MANAGER)
    app = open_tab(visitor.open(), "Team")
    assert "has not chosen a purpose" in texts(app)
    assert not [m for m in app.metric if m.label == "Days of people"]


def test_a_manager_sees_groups_no_names_and_is_logged(visitor: Visitor) -> None:
    choose(visitor.store, "research")
    fill(visitor.store, 5)
    fill(visitor.store, 2, back=1, name="lonely")
    visitor.enter(Role.MANAGER)
    app = open_tab(visitor.open(), "Team")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Days of people"] == "5"
    assert shown["Stress ratio"] == "25 %"  # (0.94 + 4 x 0.08) / 5, in whole percent
    assert shown["Days above 50 %"] == "20 to 40 %"
    assert shown["Face in view"] == "90 %"
    for name in ("person 0", "lonely", "wellbeing/"):
        assert name not in texts(app)
    app.run()
    with visitor.store.read() as session:
        looked = [e for e, _ in audit.list_entries(session) if e.action == "looked"]
    assert [entry.subject for entry in looked] == ["wellbeing, all teams, 30 days"]


def test_too_few_people_are_nothing(visitor: Visitor) -> None:
    choose(visitor.store, "research")
    fill(visitor.store, 2)
    visitor.enter(Role.MANAGER)
    app = open_tab(visitor.open(), "Team")
    assert "Nothing can be shown yet" in texts(app)
    assert not app.metric


def test_an_erased_person_is_in_no_figure_and_not_to_be_found_by_subtraction(
    visitor: Visitor,
) -> None:
    choose(visitor.store, "research")
    ids = fill(visitor.store, 7)
    visitor.enter(Role.MANAGER)
    app = open_tab(visitor.open(), "Team")
    assert days_of_people(app) == "7"
    visitor.store.erase(person_id=ids[1])
    app.run()
    assert days_of_people(app) == "4", "their block went"


def access_page() -> None:
    from fer_core.app.access.page import show_access_page

    show_access_page()


def test_the_owner_chooses_a_purpose_and_a_manager_makes_teams(visitor: Visitor) -> None:
    visitor.enter(Role.OWNER)
    assert "on the [Access](access) page" in texts(open_tab(visitor.open(), "Team"))
    app = AppTest.from_function(access_page, default_timeout=60).run()
    app.radio(key="wellbeing_purpose").set_value("research").run()
    app.button(key="wellbeing_choose").click().run()
    assert "needs reference" in texts(app)
    next(box for box in app.text_input if box.label.startswith("Reference")).set_value("<b>7</b>")
    next(box for box in app.checkbox if "ethics" in box.label).check()
    app.button(key="wellbeing_choose").click().run()
    assert not app.exception
    with visitor.store.read() as session:
        choice = session.query(Choice).one()
    assert choice.value["purpose"] == "research"
    visitor.jar.clear()
    visitor.enter(Role.MANAGER)
    app = open_tab(visitor.open(), "Team")
    assert not [box for box in app.radio if box.key == "wellbeing_purpose"], "the owner's alone"
    next(b for b in app.text_input if b.label.startswith("Name of")).set_value("A <i>& co</i>")
    press(app, "Add team")
    assert not app.exception
    with visitor.store.read() as session:
        assert session.query(Team).one().name == "A <i>& co</i>"
    assert r"A \<i\>\& co\<\/i\>" in texts(app)


def test_a_team_is_chosen_when_joining(visitor: Visitor) -> None:
    choose(visitor.store, "research")
    with visitor.store.write() as session:
        team_id = persons.create_team(session, name="Night", now_s=visitor.store.now_s()).id
    app = visitor.open()
    next(box for box in app.selectbox if box.label == "Team").set_value(team_id)
    visitor.join(app, "otter")
    person = visitor.person()
    assert person is not None
    assert person.team_id == team_id
    assert "Team: Night" in app.session_state["wellbeing_receipt"]
    choose(visitor.store, "research")
    app.run()
    visitor.join(app)
    assert visitor.person().team_id == team_id, "their team is suggested"  # type: ignore[union-attr]
    assert standing(visitor.store) == 2, "a new text takes nothing back"
    choose(visitor.store, "research")
    app.run()
    next(box for box in app.selectbox if box.label == "Team").set_value(None)
    visitor.join(app)
    assert standing(visitor.store) == 1, "another team begins anew"


def standing(store: Store) -> int:
    """Consents that hold."""
    with store.read() as session:
        return session.query(Consent).filter(Consent.withdrawn_s.is_(None)).count()
