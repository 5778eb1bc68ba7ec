"""A player that tells where it is in the clip."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.app.parts.component import pack, source
from fer_core.app.private import media_address

_PLAYER = st.components.v2.component(
    "mien_player",
    html=source("player.html"),
    css=source("player.css"),
    js=source("player.js"),
)
_TYPES = {".mp4": "video/mp4", ".webm": "video/webm"}


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """What the browser said last.

    Attributes:
        count: goes up with every report of one player.
        said_s: when, by the browser's clock.
        clip_s: where it is.
        plays: whether it goes on.
        ended: whether the end was reached.
    """

    count: int
    said_s: float
    clip_s: float
    plays: bool
    ended: bool


def show_player(path: Path, *, alt: str, key: str) -> PlayerReport | None:
    """Draw the player; the latest report, None before the first."""
    url = media_address(path, _TYPES[path.suffix], f"player-{key}")
    if url is None:
        st.error("This version of Streamlit can't show the clip: install the one that Mien pins.")
        return None
    result = _PLAYER(
        key=key,
        data=pack({"url": url, "alt": alt}),
        default={"mark": None},
        on_mark_change=_rerun_only,
    )
    return parse_report(result.get("mark"))


def _rerun_only() -> None:
    """A report reruns the player's part of the page; nothing else is to be done."""


def parse_report(value: Any) -> PlayerReport | None:
    """A report as the browser sent it; None where it is not one (it comes from outside)."""
    if not isinstance(value, Mapping):
        return None
    numbers: list[float] = []
    for name in ("count", "said_s", "clip_s"):
        number = value.get(name)
        if not isinstance(number, (int, float)) or not 0 <= number < 1e12:
            return None
        numbers.append(float(number))
    count, said_s, clip_s = numbers
    return PlayerReport(
        int(count), said_s, clip_s, value.get("plays") is True, value.get("ended") is True
    )
