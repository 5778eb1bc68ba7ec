"""The person's own settings: length, window, threshold, and which emotions count."""

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import ntr, number, tr
from fer_core.app.wellbeing.desk import WellbeingDesk
from fer_core.labels import EMOTIONS
from fer_core.text import mark
from fer_core.wellbeing.ratios import STRESS, STRESS_FIVE
from fer_core.wellbeing.sitting import Rule

OWN = mark("My own choice")
PRESETS: dict[str, tuple[str, ...]] = {
    mark("Seven classes: angry, disgust, fear, sad"): STRESS,
    mark("Five classes, as the published staff page: angry, sad"): STRESS_FIVE,
    OWN: (),
}
LENGTHS: dict[str, int | None] = {
    **{f"{seconds} seconds": seconds for seconds in (30, 45, 60)},
    mark("Until I press Stop"): None,
}


def show_settings(desk: WellbeingDesk) -> None:
    """Draw them; what is chosen holds at once, for results already there too."""
    with st.expander(tr("Settings"), icon=":material/tune:"):
        length = st.radio(
            tr("A check-in lasts"),
            list(LENGTHS),
            index=list(LENGTHS.values()).index(desk.length_s),
            format_func=_length_text,
            horizontal=True,
            key="wellbeing_length",
            help=tr(
                "An interval, and so a verdict, needs 60 seconds. Until you press Stop, it ends "
                "after an hour at the latest."
            ),
        )
        left, right = st.columns(2, gap="medium")
        window_s = left.slider(
            tr("Window (s)"),
            20,
            600,
            round(desk.rule.window_s),
            step=10,
            key="wellbeing_window",
            help=tr("The ratios are means over this time: the last 60 seconds by default."),
        )
        threshold = right.slider(
            tr("Threshold (%)"),
            5,
            95,
            round(100 * desk.rule.threshold),
            step=5,
            key="wellbeing_threshold",
            help=tr("'Stressed' is said where the whole interval lies above it."),
        )
        preset = st.selectbox(
            tr("Expressions that count as stress"),
            list(PRESETS),
            index=_place_of(desk.rule.emotions),
            format_func=tr,
            key="wellbeing_preset",
        )
        emotions = PRESETS[preset]
        if preset == OWN:
            chosen = st.multiselect(
                tr("Count these"),
                EMOTIONS,
                default=list(desk.rule.emotions),
                format_func=emotion,
                key="wellbeing_emotions",
            )
            emotions = tuple(name for name in EMOTIONS if name in chosen) or STRESS
        desk.wants_alert = st.toggle(
            tr("Tell me when the ratio stays above the threshold"),
            desk.wants_alert,
            key="wellbeing_alert",
            help=tr("For check-ins without an end; told to you alone."),
        )
        st.caption(
            tr(
                "The rule is a choice of this project, not a medical finding: it describes what a "
                "face displays."
            )
        )
    desk.rule = Rule(float(window_s), threshold / 100, emotions)
    desk.length_s = LENGTHS[length]


def _length_text(name: str) -> str:
    seconds = LENGTHS[name]
    if seconds is None:
        return tr(name)
    return ntr("{n} second", "{n} seconds", seconds).format(n=number(seconds))


def _place_of(emotions: tuple[str, ...]) -> int:
    """The preset that counts these: widgets are made anew after each check-in."""
    values = list(PRESETS.values())
    return values.index(emotions) if emotions in values else list(PRESETS).index(OWN)
