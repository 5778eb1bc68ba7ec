"""The tab 'My history': one's own course, notes, export and erasing."""

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import streamlit as st

from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.words import percent
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.charts import group_figure, trend_figure
from fer_core.app.wellbeing.desk import WellbeingDesk
from fer_core.app.wellbeing.membership import Known
from fer_core.app.wellbeing.own_data import SAID, own_id, show_rights
from fer_core.errors import FerError
from fer_core.storage import shared_store
from fer_core.storage.checkins import delete_checkin, list_checkins, set_note
from fer_core.storage.sums import load_minutes
from fer_core.storage.tables import CheckIn
from fer_core.text import markdown_escape
from fer_core.wellbeing.days import past_days
from fer_core.wellbeing.demo import make_demo
from fer_core.wellbeing.sitting import Rule
from fer_core.wellbeing.trends import (
    WEEKDAYS,
    Point,
    Stretch,
    by_day,
    by_hour,
    by_weekday,
    find_baseline,
)

MOST_CHECKINS = 100
#: Of the demonstration, the one whose course is shown.
DEMO_PERSON = 0


def show_history_tab(desk: WellbeingDesk, known: Known | None, *, demo: bool) -> None:
    """Draw the tab; see ``show_checkin_tab``."""
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(said, icon=":material/check:")
    zone = visitor_zone()
    if demo:
        _show_demo(desk.rule, zone)
        return
    if known is None:
        return
    if known.person is None:
        st.info(
            "Here you see your own course once you have joined and checked in; to see what it "
            "looks like, switch the demonstration on above.",
            icon=":material/timeline:",
        )
        return
    person_id = known.person.id
    with shared_store().read() as session:
        minutes = load_minutes(session, person_id=person_id)
        checkins = list_checkins(session, person_id=person_id, most=MOST_CHECKINS)
    st.markdown(f"The course of **{markdown_escape(known.person.pseudonym)}**, which only you see.")
    stretches = [Stretch(start, sums.seconds, sums.valid_s, sums.probs) for start, sums in minutes]
    if stretches:
        show_trends(stretches, desk.rule, zone, key="own")
    else:
        st.info(
            "Nothing is stored yet: check in, and your course begins.", icon=":material/timeline:"
        )
    _show_checkins(checkins, zone)
    show_rights(known, desk)


def _show_demo(rule: Rule, zone: tzinfo | None) -> None:
    st.badge("Demonstration: made-up data", icon=":material/science:", color="orange")
    now_s = shared_store().now_s()
    demo = make_demo(past_days(now_s, 1, zone)[-1], zone)
    mine = demo.of_person(DEMO_PERSON)
    st.markdown(f"The course of **{demo.names[DEMO_PERSON]}**, whom nobody ever filmed.")
    show_trends([checkin.stretch for checkin in mine], rule, zone, key="demo")


def show_trends(stretches: Sequence[Stretch], rule: Rule, zone: tzinfo | None, *, key: str) -> None:
    """Draw one's check-ins by day, weekday and hour, with what is usual."""
    days = by_day(stretches, rule, zone)
    if len(days) == 1:
        _show_first_day(days[0])
        return
    baseline = find_baseline(days)
    show_plot(
        trend_figure(days, baseline, rule),
        key=f"{key}-days",
        alt="Stress and happiness ratio by day, with intervals and the threshold",
    )
    if baseline is not None:
        st.caption(
            f"Usual for you: a stress ratio of {percent(baseline.median)} (middle half of "
            f"{baseline.days} days: {100 * baseline.low:.1f} to {100 * baseline.high:.1f} %). "
            "Bars are 95 % intervals over minutes."
        )
    else:
        st.caption("What is usual for you is shown from five days on.")
    left, right = st.columns(2, gap="medium")
    weekdays, hours = by_weekday(stretches, rule, zone), by_hour(stretches, rule, zone)
    with left:
        st.markdown("**By weekday**")
        show_plot(
            group_figure(weekdays, [WEEKDAYS[int(p.key)] for p in weekdays]),  # type: ignore[arg-type]
            key=f"{key}-weekdays",
            alt="Stress ratio by weekday, with intervals",
        )
    with right:
        st.markdown("**By hour**")
        show_plot(
            group_figure(hours, [f"{point.key}:00" for point in hours]),
            key=f"{key}-hours",
            alt="Stress ratio by hour of the day, with intervals",
        )


def _show_first_day(day: Point) -> None:
    """One day is no course: its figures, and what comes."""
    with st.container(horizontal=True):
        for title, ratio in (("Stress ratio", day.stress), ("Happiness ratio", day.happiness)):
            value = percent(ratio.value) if math.isfinite(ratio.value) else "unknown"
            st.metric(title, value, border=True, width=200)
    st.caption(
        "Your first day. With the second one a course by day, weekday and hour begins; what is "
        "usual for you is known from the fifth on."
    )


def _show_checkins(checkins: Sequence[CheckIn], zone: tzinfo | None) -> None:
    if not checkins:
        return
    st.subheader("Check-ins", anchor=False)
    for checkin in checkins[:10]:
        _show_checkin(checkin, zone)
    if len(checkins) > 10:
        with st.expander(f"{len(checkins) - 10} earlier ones"):
            for checkin in checkins[10:]:
                _show_checkin(checkin, zone)


def _show_checkin(checkin: CheckIn, zone: tzinfo | None) -> None:
    when = datetime.fromtimestamp(checkin.started_s).astimezone(zone)
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        alone = ", a still face: in no team's figures" if checkin.moved is False else ""
        st.markdown(f"**{when:%d %B, %H:%M}**  \n{_summary(checkin.result)}{alone}")
        st.text_input(
            "Note",
            checkin.note or "",
            max_chars=2000,
            key=f"wellbeing-note-{checkin.id}",
            on_change=_keep_note,
            args=(checkin.id,),
        )
        st.button(
            "Delete",
            key=f"wellbeing-delete-{checkin.id}",
            icon=":material/delete:",
            type="tertiary",
            help="This check-in only, at once",
            on_click=_delete,
            args=(checkin.id,),
        )


def _summary(result: dict[str, Any] | None) -> str:
    """What was shown at its end."""
    if not result or result.get("verdict") is None:
        return "no result"
    stress = result.get("stress")
    share = f", stress ratio {percent(stress)}" if stress is not None else ""
    return f"{result['verdict']}{share}"


def _keep_note(checkin_id: int) -> None:
    try:
        note = str(st.session_state[f"wellbeing-note-{checkin_id}"])
        person_id = own_id()
        with shared_store().write() as session:
            set_note(session, checkin_id=checkin_id, person_id=person_id, note=note)
    except FerError as error:
        st.toast(str(error), icon=":material/error:")


def _delete(checkin_id: int) -> None:
    try:
        person_id = own_id()
        with shared_store().write() as session:
            delete_checkin(session, checkin_id=checkin_id, person_id=person_id)
        st.session_state[SAID] = "The check-in is deleted."
    except FerError as error:
        st.toast(str(error), icon=":material/error:")
