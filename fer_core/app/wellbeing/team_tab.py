"""The tab 'Team': aggregates of at least k people; no names, no way down to anybody."""

import numpy as np
import streamlit as st

from fer_core.access import Role
from fer_core.app.access.rights import current_access
from fer_core.app.language.spoken import ntr, number, percent, told, tr
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.charts import bands_figure, mixes_figure, team_figure
from fer_core.app.wellbeing.purpose import purpose_text, show_teams
from fer_core.app.wellbeing.result import share_span
from fer_core.app.wellbeing.team_data import TeamMonth, load_demo, load_month, note_looked
from fer_core.config import settings
from fer_core.errors import AccessError
from fer_core.labels import NUM_EMOTIONS
from fer_core.text import mark
from fer_core.wellbeing.ratios import THRESHOLD
from fer_core.wellbeing.team import TeamFigures, summarise

#: In days.
PERIODS = (7, 14, 30)
_LOOKED = "wellbeing_looked"
NO_PURPOSE = mark(
    "Everybody sees only themselves: the owner of this server has not chosen a purpose under which "
    "others' figures may be added up. To see what this page would show, switch the demonstration "
    "on above."
)
OWN_NO_PURPOSE = mark(
    "Everybody sees only themselves: you have not chosen a purpose under which others' figures may "
    "be added up. To see what this page would show, switch the demonstration on above."
)


def show_team_tab(*, demo: bool) -> None:
    """Draw the tab."""
    access = current_access()
    if demo:
        st.badge(tr("Demonstration: made-up data"), icon=":material/science:", color="orange")
        count = _choose_period()
        _show_month(load_demo(count, visitor_zone()), count, is_real=False)
        return
    try:
        access.require(Role.MANAGER)
    except AccessError as error:
        st.info(told(error), icon=":material/lock:")
        st.caption(tr("To see what managers see, switch the demonstration on above."))
        return
    if access.has(Role.OWNER):
        another = tr("Choose another on the [Access](access) page.")
        st.caption(f"{purpose_text()} {another}")
    show_teams()
    count = _choose_period()
    month = load_month(count)
    if not month.is_shared:
        is_mine = access.has(Role.OWNER)
        st.info(tr(OWN_NO_PURPOSE if is_mine else NO_PURPOSE), icon=":material/visibility_off:")
        return
    _show_month(month, count, is_real=True)


def _choose_period() -> int:
    chosen = st.segmented_control(
        tr("Period"),
        PERIODS,
        default=30,
        required=True,
        format_func=lambda days: ntr("{n} day", "{n} days", days).format(n=number(days)),
        key="wellbeing_period",
    )
    return int(chosen or 30)


def _show_month(month: TeamMonth, count: int, *, is_real: bool) -> None:
    k = settings().k_min
    present = {team for team, _ in month.sums}
    names = dict(month.teams)
    options = [None, *(team for team in names if team in present)]
    team = st.selectbox(
        tr("Team"),
        options,
        format_func=lambda one: tr("All teams") if one is None else names[one],
        key=f"wellbeing_team_{'real' if is_real else 'demo'}",
    )
    if is_real:
        _note_once(f"wellbeing, {'all teams' if team is None else f'team {team}'}, {count} days")
    figures = summarise(month.select(month.dates, team))
    if figures is None:
        st.info(
            tr(
                "Nothing can be shown yet: a day appears the morning after, from {k} people of a "
                "team on. Days on which somebody erased their data are left out."
            ).format(k=number(k)),
            icon=":material/groups:",
        )
        return
    _show_headline(figures)
    _show_charts(month, team, names, figures)
    st.caption(
        tr(
            "Only groups of at least {k} people that stayed together, rounded to whole percent; "
            "whoever belongs to no such group is in no figure, and no two views differ by fewer. "
            "A person's day counts once, however long they checked in. A rule of this project "
            "about what faces display, no medical finding."
        ).format(k=number(k))
    )


def _note_once(subject: str) -> None:
    """Each view once per visit."""
    looked = st.session_state.setdefault(_LOOKED, set())
    if subject not in looked:
        note_looked(subject)
        looked.add(subject)


def _show_headline(figures: TeamFigures) -> None:
    cells = (
        (tr("Days of people"), number(figures.days), tr("shown together")),
        (
            tr("Stress ratio"),
            percent(figures.stress, 0),
            share_span(figures.low, figures.high, 0),
        ),
        (tr("Happiness ratio"), percent(figures.happiness, 0), tr("mean over these days")),
        (
            tr("Days above {share}").format(share=percent(THRESHOLD, 0)),
            tr(figures.above),
            tr("as a range"),
        ),
        (tr("Face in view"), percent(figures.coverage, 0), tr("of the recorded time")),
    )
    with st.container(horizontal=True):
        for name, value, note in cells:
            st.metric(name, value, note, delta_color="off", delta_arrow="off", border=True)


def _show_charts(
    month: TeamMonth, team: int | None, names: dict[int, str], figures: TeamFigures
) -> None:
    chosen: list[tuple[str, int | None]] = [
        (tr("All teams") if team is None else names[team], team)
    ]
    if team is None:
        present = {one for one, _ in month.sums}
        if len(present) > 1:
            chosen += [(names[one], one) for one in names if one in present]
    lines = []
    for name, one in chosen:
        found = [summarise(month.select([day], one)) for day in month.dates]
        values = [np.nan if f is None else f.stress for f in found]
        spans = [(np.nan, np.nan) if f is None else (f.low, f.high) for f in found]
        lines.append((_line_name(name), values, spans))
        if one == team:
            mixes = [np.full(NUM_EMOTIONS, np.nan) if f is None else f.mix for f in found]
    st.markdown(tr("**Stress ratio by day**"))
    show_plot(
        team_figure(month.dates, lines),
        key="team-days",
        alt=tr("Mean stress ratio by day, one line per team, with intervals"),
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(tr("**How days are distributed**"))
        show_plot(
            bands_figure(figures.bands),
            key="team-bands",
            alt=tr("Share of people's days by their stress ratio, in five bands, in tenths"),
        )
    with right:
        st.markdown(tr("**Expression mix by day**"))
        show_plot(
            mixes_figure(month.dates, mixes),
            key="team-mixes",
            alt=tr("Mean probability of each expression by day, stacked"),
        )


def _line_name(name: str) -> str:
    """A name for Plotly, which reads some HTML: none of it is left."""
    return name.replace("<", "‹").replace(">", "›")
