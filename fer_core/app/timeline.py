"""The course of the seven probabilities over time: one named row each, in the emotions' colours.

Drawn by a small component, since a Plotly chart is taken down and built anew at every update.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from fer_core.app.component import pack, source
from fer_core.labels import COLORS, EMOTIONS

#: Samples further apart than this leave a gap: no face was in view between them.
GAP_S = 1.5


_TIMELINE = st.components.v2.component(
    "mien_timeline",
    html=source("timeline.html"),
    css=source("timeline.css"),
    js=source("timeline.js"),
)


def timeline_data(
    times_s: ArrayLike,
    probs: ArrayLike,
    *,
    now_s: float,
    span_s: float,
    alt: str,
    from_start: bool = False,
) -> dict[str, Any]:
    """The timeline as the browser gets it: plain values only.

    One row per emotion, named at its side, can be read without telling colours apart.

    Args:
        times_s: (T,) increasing, in seconds.
        probs: (T, 7), columns in the order of ``labels.EMOTIONS``; NaN rows leave a gap.
        now_s: the time that stands at the right edge.
        span_s: how many seconds are shown.
        alt: what the picture shows, for those who do not see it.
        from_start: count the seconds from the left edge instead of back from the right one.
    """
    times = np.asarray(times_s, np.float64)
    values = np.asarray(probs, np.float64).reshape(len(times), len(EMOTIONS))
    shown = (times >= now_s - span_s) & np.isfinite(values).all(axis=1)
    times, values = times[shown], values[shown]
    x = np.round(1.0 - (now_s - times) / span_s, 4)
    y = np.round(values, 3)
    runs = _runs(times)
    return {
        "alt": alt,
        "seconds": round(float(times[-1] - times[0]), 1) if len(times) else 0.0,
        "ticks": _ticks(now_s, span_s, from_start),
        "rows": [
            {
                "name": name,
                "color": COLORS[name],
                "runs": [
                    np.stack([x[start:stop], y[start:stop, column]], axis=1).tolist()
                    for start, stop in runs
                ],
            }
            for column, name in enumerate(EMOTIONS)
        ],
    }


def _ticks(now_s: float, span_s: float, from_start: bool) -> list[str]:
    """Five labels, evenly spaced from the left edge to the right one."""
    if from_start:
        return [f"{now_s - (1 - part / 4) * span_s:.0f} s" for part in range(5)]
    return [f"−{(1 - part / 4) * span_s:.0f} s" for part in range(4)] + ["now"]


def _runs(times: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Index ranges without a gap in time."""
    if len(times) == 0:
        return []
    breaks = np.flatnonzero(np.diff(times) > GAP_S) + 1
    return list(pairwise([0, *breaks.tolist(), len(times)]))


def show_timeline(
    times_s: ArrayLike,
    probs: ArrayLike,
    *,
    now_s: float,
    span_s: float = 60.0,
    alt: str,
    key: str,
    from_start: bool = False,
) -> None:
    """Draw the timeline: see ``timeline_data``."""
    data = timeline_data(times_s, probs, now_s=now_s, span_s=span_s, alt=alt, from_start=from_start)
    _TIMELINE(key=key, data=pack(data))
