"""A player that tells where it is in the clip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.parts.component import pack, source
from fer_core.app.private import media_address

_PLAYER = st.components.v2.component(
    "mien_player",
    html=source("player.html"),
    css=source("player.css"),
    js=source("player.js"),
)
_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm"}
#: A larger file is not played: the server would hold it in memory.
_MOST_BYTES = 200_000_000


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


def can_play(path: Path) -> bool:
    """Whether browsers may know the file's kind, and it is no burden to this server."""
    try:
        return path.suffix.lower() in _TYPES and path.stat().st_size <= _MOST_BYTES
    except OSError:
        return False


def show_player(
    path: Path,
    *,
    alt: str,
    key: str,
    channel: str = "",
    at_s: float = 0.0,
    on_stop: Callable[[float], None] | None = None,
) -> PlayerReport | None:
    """Draw the player; the latest report, None before the first.

    Args:
        path: of the clip.
        alt: what it is.
        key: of the player.
        channel: of the timeline with which it shares one cursor.
        at_s: where it stands while it does not play; with ``channel`` only.
        on_stop: gets the time at which it stopped, in s.
    """

    def hear() -> None:
        report = parse_report(st.session_state[key].get("mark"))
        if on_stop is not None and report is not None and not report.plays:
            on_stop(report.clip_s)

    url = media_address(path, _TYPES[path.suffix.lower()], f"player-{key}")
    if url is None:
        st.error(
            tr("This version of Streamlit can't show the clip: install the one that Mien pins.")
        )
        return None
    result = _PLAYER(
        key=key,
        data=pack(
            {
                "url": url,
                "alt": alt,
                "channel": channel,
                "at_s": round(at_s, 3),
                "unplayable": tr("This browser cannot play the clip: ask for it as H.264 or VP9."),
            }
        ),
        default={"mark": None},
        on_mark_change=hear,
    )
    return parse_report(result.get("mark"))


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
