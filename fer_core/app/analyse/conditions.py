"""How much of a video could be used, and its ratios by condition."""

import math
from typing import Any, Final

import streamlit as st

from fer_core.analysis.frames import coverage_text
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, percent, tr
from fer_core.app.parts.scrolls import show_rows
from fer_core.text import mark

#: The columns of the table.
_PERSON, _CONDITION, _GROUP = mark("person"), mark("condition"), mark("group")
_LENGTH, _SEEN = mark("length, s"), mark("seen")
_STRESS, _HAPPINESS = mark("stress ratio"), mark("happiness ratio")
_COLUMNS: Final = (_PERSON, _CONDITION, _GROUP, _LENGTH, _SEEN, _STRESS, _HAPPINESS)


def show_coverage(document: dict[str, Any]) -> None:
    """How much of the time a face can be used, and what the marks led to."""
    if text := coverage_text(document["coverage"], tr, percent):
        st.caption(text)
    for remark in document["remarks"]:
        st.caption(tr(remark))


def show_conditions(document: dict[str, Any]) -> None:
    """Both ratios per person and condition, with intervals; and what neutral spans changed."""
    if rows := document["by_condition"]:
        st.subheader(tr("By condition"), anchor=False)
        show_rows(
            [
                {
                    _PERSON: row["name"],
                    _CONDITION: row["condition"],
                    _GROUP: row["group"],
                    _LENGTH: row["length_s"],
                    _SEEN: _share(row["stress"]["coverage"]),
                    _STRESS: _interval(row["stress"]),
                    _HAPPINESS: _interval(row["happiness"]),
                }
                for row in rows
            ],
            titles={name: tr(name) for name in _COLUMNS},
        )
    for person, offsets in document["neutral_offsets"].items():
        moved = [
            f"{emotion(name)} x {number(math.exp(b), 2)}"
            for name, b in offsets.items()
            if abs(b) > 1e-3
        ]
        text = (
            tr("Neutral span of person {id}: odds changed by {what}.")
            if moved
            else tr(
                "Neutral span of person {id}: odds changed by nothing, it reads as neutral already."
            )
        )
        st.caption(text.format(id=person, what=", ".join(moved)))


def _share(value: float | None) -> str:
    return "" if value is None else percent(value)


def _interval(estimate: dict[str, float | None]) -> str:
    if estimate["value"] is None:
        return tr("unknown")
    low, high = estimate["low"], estimate["high"]
    if low is None or high is None:
        return tr("{share} (too short for an interval)").format(share=percent(estimate["value"]))
    return tr("{share} ({low} to {high})").format(
        share=percent(estimate["value"]), low=percent(low), high=percent(high)
    )
