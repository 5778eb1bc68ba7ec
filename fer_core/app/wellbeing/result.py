"""What a check-in said, to its person alone."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.app.parts.blocks import listing
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.words import percent
from fer_core.app.wellbeing.charts import course_figure, mix_figure
from fer_core.wellbeing.ratios import BLOCK_S, MIN_BLOCKS, RatioEstimate, Verdict
from fer_core.wellbeing.sitting import Result, Rule

_ICONS = {
    Verdict.STRESSED: ":material/priority_high:",
    Verdict.NOT_STRESSED: ":material/check_circle:",
    Verdict.CANNOT_TELL: ":material/help:",
}


def verdict_line(result: Result) -> str:
    """The verdict with its sign."""
    word = result.verdict.value
    return f"{_ICONS[result.verdict]} {word[:1].upper()}{word[1:]}"


def reason(result: Result, rule: Rule) -> str:
    """Why the verdict is what it is, one sentence."""
    stress = result.stress
    limit = percent(rule.threshold)
    if result.verdict is Verdict.STRESSED:
        return f"The whole interval of the stress ratio lies above {limit}."
    if result.verdict is Verdict.NOT_STRESSED:
        return f"The whole interval of the stress ratio lies below {limit}."
    if not stress.valid_s:
        return "No face was seen: turn to the camera, with light on your face."
    if stress.coverage < rule.min_coverage:
        return (
            f"Your face was in view for {percent(stress.coverage)} of the time; "
            f"{percent(rule.min_coverage)} are needed."
        )
    if not np.isfinite(stress.low):
        return (
            f"Too short for an interval: your face is needed in {MIN_BLOCKS} stretches of "
            f"{BLOCK_S:.0f} seconds."
        )
    return f"The interval of the stress ratio holds {limit}."


def ratio_text(ratio: RatioEstimate) -> str:
    """The value, or a dash."""
    return percent(ratio.value) if np.isfinite(ratio.value) else "–"


def span_text(ratio: RatioEstimate) -> str:
    """Its interval in words."""
    if not np.isfinite(ratio.low):
        return "too short for an interval"
    return f"{100 * ratio.low:.1f} to {100 * ratio.high:.1f} %"


def show_figures(result: Result, rule: Rule) -> None:
    """Verdict, ratios with intervals, coverage."""
    st.subheader(verdict_line(result), anchor=False)
    st.caption(reason(result, rule))
    with st.container(horizontal=True):
        for name, ratio in (("Stress ratio", result.stress), ("Happiness ratio", result.happiness)):
            st.metric(
                name,
                ratio_text(ratio),
                span_text(ratio),
                delta_color="off",
                delta_arrow="off",
                border=True,
                help="With its 95 % interval.",
            )
        st.metric(
            "Face in view",
            percent(result.stress.coverage),
            f"of {result.window_s:.0f} s",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=f"The ratio counts {listing(list(rule.emotions))}.",
        )


def show_courses(
    result: Result,
    times_s: NDArray[np.float64],
    probs: NDArray[np.float64],
    *,
    key: str,
    narrow: bool = False,
) -> None:
    """Mix and timeline.

    Args:
        result: of the window.
        times_s: (T,) whole seconds of the check-in.
        probs: (T, 7).
        key: apart from other results on the page.
        narrow: one below the other.
    """
    if not len(times_s) or not np.isfinite(result.mix).all():
        return
    mix, course = (st.container(), st.container()) if narrow else st.columns([2, 3], gap="medium")
    with mix:
        st.markdown("**Expression mix**")
        show_plot(
            mix_figure(result.mix),
            key=f"{key}-mix",
            alt="Mean probability of each expression over the window",
        )
    with course:
        st.markdown("**Second by second**")
        show_plot(
            course_figure(times_s, probs),
            key=f"{key}-course",
            alt="Probability of each expression over the seconds of the check-in, stacked",
        )
