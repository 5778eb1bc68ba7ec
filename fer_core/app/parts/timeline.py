"""The course of the seven probabilities over time: one named row each, in the emotions' colours.

Drawn by a small component, since a Plotly chart is taken down and built anew at every update.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, percent, tr
from fer_core.app.parts.component import pack, source
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
    gap_s: float = GAP_S,
    mark_s: float | None = None,
    spans: Sequence[dict[str, Any]] = (),
    channel: str = "",
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
        gap_s: samples further apart leave a gap.
        mark_s: a time that an upright line marks; a click then picks another.
        channel: of the player with which it shares one cursor.
        spans: what stands above: from and to as shares of the width (to None: a moment), text, out.
    """
    times = np.asarray(times_s, np.float64)
    values = np.asarray(probs, np.float64).reshape(len(times), len(EMOTIONS))
    shown = (times >= now_s - span_s) & np.isfinite(values).all(axis=1)
    times, values = times[shown], values[shown]
    x = np.round(1.0 - (now_s - times) / span_s, 4)
    y = np.round(values, 3)
    runs = _runs(times, gap_s)
    ticks = _ticks(now_s, span_s, from_start)
    return {
        "alt": alt,
        "chooses": tr("Time in: {picture}").format(picture=alt),
        "seconds": round(float(times[-1] - times[0]), 1) if len(times) else 0.0,
        "spans": list(spans),
        "channel": channel,
        "start_s": now_s - span_s,
        "span_s": span_s,
        "ticks": ticks,
        "table": {
            "heads": [
                tr("{low} to {high}").format(low=one, high=end) for one, end in pairwise(ticks)
            ],
            "rows": _quarters(x, values),
        },
        "mark": None if mark_s is None else round(1.0 - (now_s - mark_s) / span_s, 5),
        "rows": [
            {
                "name": emotion(name),
                "color": COLORS[name],
                "runs": [
                    np.stack([x[start:stop], y[start:stop, column]], axis=1).tolist()
                    for start, stop in runs
                ],
            }
            for column, name in enumerate(EMOTIONS)
        ],
    }


def _quarters(x: NDArray[np.float64], values: NDArray[np.float64]) -> list[list[str]]:
    """Mean of each emotion in the four quarters of the width, for those who do not see the rows."""
    parts = [values[(x >= part / 4) & (x <= (part + 1) / 4)] for part in range(4)]
    means = [part.mean(axis=0) if len(part) else None for part in parts]
    return [
        [tr("no face") if mean is None else percent(float(mean[column])) for mean in means]
        for column in range(len(EMOTIONS))
    ]


def _ticks(now_s: float, span_s: float, from_start: bool) -> list[str]:
    """Five labels, evenly spaced from the left edge to the right one; none is rounded to what it is
    not: 7.5 s is not 8 s."""
    if from_start:
        times = [now_s - (1 - part / 4) * span_s for part in range(5)]
        if now_s >= 120:
            return [clock_text(time_s) for time_s in times]
        return [number(round(time_s, 2), _decimals(time_s)) + " s" for time_s in times]
    return [f"−{(1 - part / 4) * span_s:.0f} s" for part in range(4)] + [tr("now")]


def _decimals(seconds: float) -> int:
    """As many as it takes, two at most."""
    return len(f"{seconds:.2f}".rstrip("0").partition(".")[2])


def point(time_s: float, start_s: float, span_s: float) -> dict[str, Any]:
    """A moment among the ``spans`` of a timeline that begins at ``start_s``."""
    share = round((time_s - start_s) / span_s, 4)
    return {"from": share, "to": None, "text": clock_text(time_s), "out": False}


def clock_text(seconds: float) -> str:
    """Minutes and seconds, with hours from one on: 2:05, 1:02:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _runs(times: NDArray[np.float64], gap_s: float) -> list[tuple[int, int]]:
    """Index ranges without a gap in time."""
    if len(times) == 0:
        return []
    breaks = np.flatnonzero(np.diff(times) > gap_s) + 1
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
    gap_s: float = GAP_S,
    mark_s: float | None = None,
    on_pick: Callable[[float], None] | None = None,
    spans: Sequence[dict[str, Any]] = (),
    channel: str = "",
) -> None:
    """Draw the timeline: see ``timeline_data``; ``on_pick`` gets the time of a click, in s."""
    data = timeline_data(
        times_s,
        probs,
        now_s=now_s,
        span_s=span_s,
        alt=alt,
        from_start=from_start,
        gap_s=gap_s,
        mark_s=mark_s,
        spans=spans,
        channel=channel,
    )

    def pick() -> None:
        share = st.session_state[key].get("pick")
        if on_pick is not None and share is not None:
            on_pick(now_s - (1.0 - min(max(float(share), 0.0), 1.0)) * span_s)

    if on_pick is None:
        _TIMELINE(key=key, data=pack(data))
    else:
        _TIMELINE(key=key, data=pack(data), on_pick_change=pick)
