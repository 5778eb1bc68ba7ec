"""What a check-in said, to its person alone."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import capital, listing, number, percent, tr
from fer_core.app.parts.plots import show_plot
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
    return f"{_ICONS[result.verdict]} {capital(tr(result.verdict.value))}"


def reason(result: Result, rule: Rule) -> str:
    """Why the verdict is what it is, one sentence."""
    stress = result.stress
    limit = percent(rule.threshold)
    if result.verdict is Verdict.STRESSED:
        return tr("The whole interval of the stress ratio lies above {limit}.").format(limit=limit)
    if result.verdict is Verdict.NOT_STRESSED:
        return tr("The whole interval of the stress ratio lies below {limit}.").format(limit=limit)
    if not stress.valid_s:
        return tr("No face was seen: turn to the camera, with light on your face.")
    if stress.coverage < rule.min_coverage:
        return tr("Your face was in view for {share} of the time; {needed} are needed.").format(
            share=percent(stress.coverage), needed=percent(rule.min_coverage)
        )
    if not np.isfinite(stress.low):
        return tr(
            "Too short for an interval: your face is needed in {n} stretches of {s} seconds."
        ).format(n=number(MIN_BLOCKS), s=number(BLOCK_S))
    return tr("The interval of the stress ratio holds {limit}.").format(limit=limit)


def ratio_text(ratio: RatioEstimate) -> str:
    """The value, or a dash."""
    return percent(ratio.value) if np.isfinite(ratio.value) else "–"


def span_text(ratio: RatioEstimate) -> str:
    """Its interval in words."""
    if not np.isfinite(ratio.low):
        return tr("too short for an interval")
    return share_span(ratio.low, ratio.high, 1)


def share_span(low: float, high: float, decimals: int) -> str:
    """Ends of an interval, in 0..1, in percent."""
    return tr("{low} to {high} %").format(
        low=number(100 * low, decimals), high=number(100 * high, decimals)
    )


def show_figures(result: Result, rule: Rule) -> None:
    """Verdict, ratios with intervals, coverage."""
    st.subheader(verdict_line(result), anchor=False)
    st.caption(reason(result, rule))
    with st.container(horizontal=True):
        for name, ratio in (
            (tr("Stress ratio"), result.stress),
            (tr("Happiness ratio"), result.happiness),
        ):
            st.metric(
                name,
                ratio_text(ratio),
                span_text(ratio),
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=tr("With its 95 % interval."),
            )
        st.metric(
            tr("Face in view"),
            percent(result.stress.coverage),
            tr("of {n} s").format(n=number(result.window_s)),
            delta_color="off",
            delta_arrow="off",
            border=True,
            help=tr("The ratio counts {emotions}.").format(
                emotions=listing([emotion(name) for name in rule.emotions])
            ),
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
        st.markdown(tr("**Expression mix**"))
        show_plot(
            mix_figure(result.mix),
            key=f"{key}-mix",
            alt=tr("Mean probability of each expression over the window"),
        )
    with course:
        st.markdown(tr("**Second by second**"))
        show_plot(
            course_figure(times_s, probs),
            key=f"{key}-course",
            alt=tr("Probability of each expression over the seconds of the check-in, stacked"),
        )
