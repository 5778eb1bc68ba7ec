"""Valence, blinks and measures of the face in focus, as text and as a small table."""

import math
from typing import Any, Final

import streamlit as st

from fer_core.affect import affect_of
from fer_core.app.language.spoken import capital, ntr, number, percent, tr
from fer_core.streaming import LiveSnapshot
from fer_core.temporal.blinks import BlinkRates
from fer_core.text import mark
from fer_core.types import MEASURES, FloatArray

#: Names of ``affect.AFFECT`` and of ``types.MEASURES`` without their side, as pages write them.
WORDS: Final = {
    "valence": mark("valence"),
    "pleasure": mark("pleasure"),
    "arousal": mark("arousal"),
    "brow_height": mark("brow height"),
    "lid_opening": mark("lid opening"),
    "mouth_width": mark("mouth width"),
    "mouth_opening": mark("mouth opening"),
    "corner_height": mark("corner height"),
    "jaw_drop": mark("jaw drop"),
    "asymmetry": mark("asymmetry"),
    "iris_contrast": mark("iris contrast"),
}


def show_measures(snapshot: LiveSnapshot) -> None:
    """Draw them, folded away; nothing without a face."""
    result, row = snapshot.result, snapshot.focus
    with st.expander(tr("Valence, blinks and measures"), icon=":material/straighten:"):
        if result is None or row is None:
            st.caption(tr("No face in view"))
            return
        st.markdown(affect_text(result.smoothed[row]))
        st.markdown(blink_text(snapshot.blinks))
        if rows := measure_rows(result.faces.measures[row]):
            st.dataframe(rows, hide_index=True, height="content")
            st.caption(
                tr("Lengths in distances between the eyes. They are measures, no action units.")
            )


def affect_text(probs: FloatArray) -> str:
    """One line about probabilities (7,)."""
    found = affect_of(probs).items()
    return capital(
        " · ".join(f"{tr(WORDS[name])} {number(v, 2, signed=True)}" for name, v in found)
    )


def blink_text(rates: BlinkRates) -> str:
    """One line about the last minute."""
    if not math.isfinite(rates.perclos):
        return tr("Blinks: known after ten seconds with open eyes in view")
    a_minute = round(rates.blink_rate_per_min)
    parts = [ntr("{n} blink a minute", "{n} blinks a minute", a_minute).format(n=a_minute)]
    if math.isfinite(rates.blink_duration_s):
        parts.append(tr("{n} ms each").format(n=number(1000 * rates.blink_duration_s)))
    parts.append(tr("eyes closed {share} of the last minute").format(share=percent(rates.perclos)))
    return " · ".join(parts)


def measure_rows(measures: FloatArray) -> list[dict[str, Any]]:
    """Measure, right and left, or one value for both; empty where the face was not measured."""
    if not all(map(math.isfinite, measures.tolist())):
        return []
    values = dict(zip(MEASURES, measures.tolist(), strict=True))
    rows = []
    for name, value in values.items():
        if name.endswith("_left"):
            continue
        plain = name.removesuffix("_right")
        left = values.get(f"{plain}_left", value)
        words = capital(tr(WORDS[plain]))
        rows.append(
            {
                tr("measure"): words,
                tr("right"): number(value, 2),
                tr("left"): number(left, 2),
            }
        )
    return rows
