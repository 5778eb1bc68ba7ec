"""How much of a video could be used, and its ratios by condition."""

import math
from typing import Any

import streamlit as st

from fer_core.analysis.frames import coverage_text
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.parts.words import percent


def show_coverage(document: dict[str, Any]) -> None:
    """How much of the time a face can be used, and what the marks led to."""
    if text := coverage_text(document["coverage"]):
        st.caption(text)
    for remark in document["remarks"]:
        st.caption(remark)


def show_conditions(document: dict[str, Any]) -> None:
    """Both ratios per person and condition, with intervals; and what neutral spans changed."""
    if rows := document["by_condition"]:
        st.subheader("By condition", anchor=False)
        show_rows(
            [
                {
                    "person": row["name"],
                    "condition": row["condition"],
                    "group": row["group"],
                    "length, s": row["length_s"],
                    "seen": _share(row["stress"]["coverage"]),
                    "stress ratio": _interval(row["stress"]),
                    "happiness ratio": _interval(row["happiness"]),
                }
                for row in rows
            ]
        )
    for person, offsets in document["neutral_offsets"].items():
        moved = [f"{name} x {math.exp(b):.2f}" for name, b in offsets.items() if abs(b) > 1e-3]
        what = ", ".join(moved) if moved else "nothing, it reads as neutral already"
        st.caption(f"Neutral span of person {person}: odds changed by {what}.")


def _share(value: float | None) -> str:
    return "" if value is None else percent(value)


def _interval(estimate: dict[str, float | None]) -> str:
    if estimate["value"] is None:
        return "unknown"
    low, high = estimate["low"], estimate["high"]
    if low is None or high is None:
        return f"{percent(estimate['value'])} (too short for an interval)"
    return f"{percent(estimate['value'])} ({percent(low)} to {percent(high)})"
