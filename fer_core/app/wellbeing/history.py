"""The tab 'My history': one's own course, notes, export and erasing."""

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import streamlit as st

from fer_core.app.language.spoken import moment, ntr, number, percent, told, tr
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.charts import group_figure, trend_figure
from fer_core.app.wellbeing.desk import WellbeingDesk
from fer_core.app.wellbeing.membership import Known
from fer_core.app.wellbeing.own_data import SAID, own_id, show_rights
from fer_core.app.wellbeing.result import share_span
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
            tr(
                "Here you see your own course once you have joined and checked in; to see what it "
                "looks like, switch the demonstration on above."
            ),
            icon=":material/timeline:",
        )
        return
    person_id = known.person.id
    with shared_store().read() as session:
        minutes = load_minutes(session, person_id=person_id)
        checkins = list_checkins(session, person_id=person_id, most=MOST_CHECKINS)
    st.markdown(
        tr("The course of **{name}**, which only you see.").format(
            name=markdown_escape(known.person.pseudonym)
        )
    )
    stretches = [Stretch(start, sums.seconds, sums.valid_s, sums.probs) for start, sums in minutes]
    if stretches:
        show_trends(stretches, desk.rule, zone, key="own")
    else:
        st.info(
            tr("Nothing is stored yet: check in, and your course begins."),
            icon=":material/timeline:",
        )
    _show_checkins(checkins, zone)
    show_rights(known, desk)


def _show_demo(rule: Rule, zone: tzinfo | None) -> None:
    st.badge(tr("Demonstration: made-up data"), icon=":material/science:", color="orange")
    now_s = shared_store().now_s()
    demo = make_demo(past_days(now_s, 1, zone)[-1], zone)
    mine = demo.of_person(DEMO_PERSON)
    st.markdown(
        tr("The course of **{name}**, whom nobody ever filmed.").format(
            name=demo.names[DEMO_PERSON]
        )
    )
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
        alt=tr("Stress and happiness ratio by day, with intervals and the threshold"),
    )
    if baseline is not None:
        st.caption(
            tr(
                "Usual for you: a stress ratio of {share} (middle half of {days} days: {span}). "
                "Bars are 95 % intervals over minutes."
            ).format(
                share=percent(baseline.median),
                days=number(baseline.days),
                span=share_span(baseline.low, baseline.high, 1),
            )
        )
    else:
        st.caption(tr("What is usual for you is shown from five days on."))
    left, right = st.columns(2, gap="medium")
    weekdays, hours = by_weekday(stretches, rule, zone), by_hour(stretches, rule, zone)
    with left:
        st.markdown(tr("**By weekday**"))
        show_plot(
            group_figure(weekdays, [tr(WEEKDAYS[int(p.key)]) for p in weekdays]),  # type: ignore[arg-type]
            key=f"{key}-weekdays",
            alt=tr("Stress ratio by weekday, with intervals"),
        )
    with right:
        st.markdown(tr("**By hour**"))
        show_plot(
            group_figure(hours, [f"{point.key}:00" for point in hours]),
            key=f"{key}-hours",
            alt=tr("Stress ratio by hour of the day, with intervals"),
        )


def _show_first_day(day: Point) -> None:
    """One day is no course: its figures, and what comes."""
    with st.container(horizontal=True):
        for title, ratio in (
            (tr("Stress ratio"), day.stress),
            (tr("Happiness ratio"), day.happiness),
        ):
            value = percent(ratio.value) if math.isfinite(ratio.value) else tr("unknown")
            st.metric(title, value, border=True, width=200)
    st.caption(
        tr(
            "Your first day. With the second one a course by day, weekday and hour begins; what is "
            "usual for you is known from the fifth on."
        )
    )


def _show_checkins(checkins: Sequence[CheckIn], zone: tzinfo | None) -> None:
    if not checkins:
        return
    st.subheader(tr("Check-ins"), anchor=False)
    for checkin in checkins[:10]:
        _show_checkin(checkin, zone)
    if len(checkins) > 10:
        more = len(checkins) - 10
        with st.expander(ntr("{n} earlier one", "{n} earlier ones", more).format(n=number(more))):
            for checkin in checkins[10:]:
                _show_checkin(checkin, zone)


def _show_checkin(checkin: CheckIn, zone: tzinfo | None) -> None:
    when = datetime.fromtimestamp(checkin.started_s).astimezone(zone)
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        said = _summary(checkin.result)
        if checkin.moved is False:
            said = tr("{result}, a still face: in no team's figures").format(result=said)
        st.markdown(f"**{moment(when, year=False)}**  \n{said}")
        st.text_input(
            tr("Note"),
            checkin.note or "",
            max_chars=2000,
            key=f"wellbeing-note-{checkin.id}",
            on_change=_keep_note,
            args=(checkin.id,),
        )
        st.button(
            tr("Delete"),
            key=f"wellbeing-delete-{checkin.id}",
            icon=":material/delete:",
            type="tertiary",
            help=tr("This check-in only, at once"),
            on_click=_delete,
            args=(checkin.id,),
        )


def _summary(result: dict[str, Any] | None) -> str:
    """What was shown at its end."""
    if not result or result.get("verdict") is None:
        return tr("no result")
    stress, verdict = result.get("stress"), tr(str(result["verdict"]))
    if stress is None:
        return verdict
    return tr("{verdict}, stress ratio {share}").format(verdict=verdict, share=percent(stress))


def _keep_note(checkin_id: int) -> None:
    try:
        note = str(st.session_state[f"wellbeing-note-{checkin_id}"])
        person_id = own_id()
        with shared_store().write() as session:
            set_note(session, checkin_id=checkin_id, person_id=person_id, note=note)
    except FerError as error:
        st.toast(told(error), icon=":material/error:")


def _delete(checkin_id: int) -> None:
    try:
        person_id = own_id()
        with shared_store().write() as session:
            delete_checkin(session, checkin_id=checkin_id, person_id=person_id)
        st.session_state[SAID] = tr("The check-in is deleted.")
    except FerError as error:
        st.toast(told(error), icon=":material/error:")
