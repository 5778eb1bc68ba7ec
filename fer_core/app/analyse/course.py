"""What the page draws of a video's people, from its JSON export."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.app.language.spoken import percent, tr
from fer_core.labels import EMOTIONS

#: People to choose from, the longest seen first; the others are in the files.
MAX_PEOPLE = 8
#: A face seen for less is most often one that was lost and found again.
MIN_SEEN_S = 1.0
#: Points of a timeline; more than that many seconds are averaged.
_MAX_POINTS = 1000


def shown_people(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The longest seen first; one of them at least."""
    longest: list[dict[str, Any]] = document["people"][:MAX_PEOPLE]
    return [p for p in longest if p["seen_s"] >= MIN_SEEN_S or p is longest[0]]


def course(
    document: dict[str, Any], track_id: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Middle (T,) of each step in s, mean probabilities (T, 7), length of a step in s.

    Steps are seconds, or more of them where there are over a thousand; empty ones are left out.
    """
    seconds = document["seconds"]
    mine = np.flatnonzero(np.array(seconds["track_id"], np.int64) == track_id)
    times = np.array(seconds["time_s"], np.float64)[mine]
    valid = np.array(seconds["valid_s"], np.float64)[mine]
    probs = np.array(seconds["probs"], np.float64).reshape(-1, len(EMOTIONS))[mine]
    step_s = float(max(1, np.ceil(document["duration_s"] / _MAX_POINTS)))
    bins, where = np.unique(np.floor(times / step_s), return_inverse=True)
    weights = np.bincount(where, valid, len(bins))
    sums = np.zeros((len(bins), len(EMOTIONS)))
    np.add.at(sums, where, valid[:, None] * probs)
    return (bins + 0.5) * step_s, sums / weights[:, None], step_s


def attention_text(document: dict[str, Any], track_id: int) -> str:
    """Shares of the seen time facing the camera and with open eyes; empty where not measured."""
    seconds = document["seconds"]
    mine = np.array(seconds["track_id"], np.int64) == track_id
    weights = np.array(seconds["valid_s"], np.float64)
    shares = {}
    for name in ("facing", "eyes_open"):
        values = np.array(seconds[name], np.float64)  # None becomes NaN
        known = mine & np.isfinite(values) & (weights > 0)
        if known.any():
            shares[name] = percent(float(np.average(values[known], weights=weights[known])))
    if len(shares) == 2:
        text = tr("{facing} of the time facing the camera, {eyes_open} of the time with open eyes.")
    elif "facing" in shares:
        text = tr("{facing} of the time facing the camera.")
    else:
        text = tr("{eyes_open} of the time with open eyes.") if shares else ""
    return text.format(**shares)
