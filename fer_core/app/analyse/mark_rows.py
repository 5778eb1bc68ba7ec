"""Marks of a recording as the rows of the page's tables, and back."""

import math
from collections.abc import Sequence
from typing import Any

from fer_core.analysis.markup import Marker, Markup, NeutralSpan, Span
from fer_core.errors import InputError

Rows = list[dict[str, Any]]


def markup_of(document: dict[str, Any]) -> Markup:
    """The marks that results were made with."""
    saved = document["options"].get("markup")
    return Markup() if saved is None else Markup.from_dict(saved)


def people_rows(document: dict[str, Any], markup: Markup) -> Rows:
    """A row per track, those that were merged or dropped included."""
    seen_s = {person["track_id"]: person["seen_s"] for person in document["people"]}
    merged, names = dict(markup.merges), dict(markup.names)
    neutral = {one.track_id: one for one in markup.neutral}
    tracks = sorted({*seen_s, *merged, *markup.dropped})
    return [
        {
            "track": track,
            "seen, s": seen_s.get(track),
            "name": names.get(track, ""),
            "is again": merged.get(track),
            "leave out": track in markup.dropped,
            "neutral from, s": neutral[track].from_s if track in neutral else None,
            "neutral to, s": neutral[track].to_s if track in neutral else None,
        }
        for track in tracks
    ]


def markup_from(
    from_s: float, to_s: float | None, spans: Rows, markers: Rows, people: Rows
) -> Markup:
    """The marks that the tables of the page hold; empty rows are left out.

    Raises:
        InputError: a row is filled in part, or a value is impossible.
    """
    return Markup(
        from_s=from_s,
        to_s=to_s,
        spans=tuple(
            Span(
                *_both(row.get("from, s"), row.get("to, s"), "A span"),
                _words(row.get("condition")),
                _words(row.get("group")),
                bool(row.get("leave out")),
            )
            for row in spans
            if any(_is_given(row.get(name)) for name in ("from, s", "to, s", "condition"))
        ),
        markers=tuple(
            Marker(float(row["time, s"]), _words(row.get("text")))
            for row in markers
            if _is_given(row.get("time, s"))
        ),
        merges=tuple(
            (int(row["track"]), int(row["is again"]))
            for row in people
            if _is_given(row["is again"])
        ),
        names=tuple((int(row["track"]), _words(row["name"])) for row in people if row["name"]),
        dropped=tuple(int(row["track"]) for row in people if row["leave out"]),
        neutral=tuple(
            NeutralSpan(
                int(row["track"]),
                *_both(row["neutral from, s"], row["neutral to, s"], "A neutral span"),
            )
            for row in people
            if _is_given(row["neutral from, s"]) or _is_given(row["neutral to, s"])
        ),
    )


def _is_given(value: Any) -> bool:
    return (
        value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))
    )


def _both(from_s: Any, to_s: Any, what: str) -> tuple[float, float]:
    if not (_is_given(from_s) and _is_given(to_s)):
        raise InputError(f"{what} needs a beginning and an end, in seconds: fill in both.")
    return float(from_s), float(to_s)


def _words(value: Any) -> str:
    return " ".join(str(value).split()) if _is_given(value) else ""


def timeline_marks(markup: Markup, end_s: float) -> list[dict[str, Any]]:
    """Spans and markers as the timeline draws them: shares of the length, 0..1, and a text."""
    spans: Sequence[Span] = markup.spans
    found: list[dict[str, Any]] = [
        {
            "from": round(s.from_s / end_s, 5),
            "to": round(min(s.to_s, end_s) / end_s, 5),
            "text": "left out" if s.exclude else s.condition or "span",
            "out": s.exclude,
        }
        for s in spans
        if s.from_s < end_s
    ]
    found += [
        {"from": round(m.time_s / end_s, 5), "to": None, "text": m.text, "out": False}
        for m in markup.markers
        if m.time_s <= end_s
    ]
    return found
