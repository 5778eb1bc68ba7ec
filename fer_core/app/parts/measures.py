"""Valence, blinks and measures of the face in focus, as text and as a small table."""

import math
from typing import Any

import streamlit as st

from fer_core.affect import affect_of
from fer_core.app.parts.words import percent
from fer_core.streaming import LiveSnapshot
from fer_core.temporal.blinks import BlinkRates
from fer_core.types import MEASURES, FloatArray


def show_measures(snapshot: LiveSnapshot) -> None:
    """Draw them, folded away; nothing without a face."""
    result, row = snapshot.result, snapshot.focus
    with st.expander("Valence, blinks and measures", icon=":material/straighten:"):
        if result is None or row is None:
            st.caption("No face in view")
            return
        st.markdown(affect_text(result.smoothed[row]))
        st.markdown(blink_text(snapshot.blinks))
        if rows := measure_rows(result.faces.measures[row]):
            st.dataframe(rows, hide_index=True, height="content")
            st.caption("Lengths in distances between the eyes. They are measures, no action units.")


def affect_text(probs: FloatArray) -> str:
    """One line about probabilities (7,)."""
    text = " · ".join(f"{name} {value:+.2f}" for name, value in affect_of(probs).items())
    return text.capitalize()


def blink_text(rates: BlinkRates) -> str:
    """One line about the last minute."""
    if not math.isfinite(rates.perclos):
        return "Blinks: known after ten seconds with open eyes in view"
    parts = [f"{rates.blink_rate_per_min:.0f} blinks a minute"]
    if math.isfinite(rates.blink_duration_s):
        parts.append(f"{1000 * rates.blink_duration_s:.0f} ms each")
    parts.append(f"eyes closed {percent(rates.perclos)} of the last minute")
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
        words = plain.replace("_", " ").capitalize()
        rows.append({"measure": words, "right": f"{value:.2f}", "left": f"{left:.2f}"})
    return rows
