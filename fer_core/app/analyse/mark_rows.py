"""Marks of a recording as the rows of the page's tables, and back."""

import math
from collections.abc import Sequence
from typing import Any

from fer_core.analysis.markup import Marker, Markup, NeutralSpan, Span
from fer_core.app.language.spoken import tr
from fer_core.errors import InputError
from fer_core.text import mark

Rows = list[dict[str, Any]]

#: Columns of the tables; the page shows them in the visitor's language.
TIME, TEXT = mark("time, s"), mark("text")
FROM, TO, CONDITION, GROUP = mark("from, s"), mark("to, s"), mark("condition"), mark("group")
OUT = mark("leave out")
TRACK, SEEN, NAME, AGAIN = mark("track"), mark("seen, s"), mark("name"), mark("is again")
NEUTRAL_FROM, NEUTRAL_TO = mark("neutral from, s"), mark("neutral to, s")


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
            TRACK: track,
            SEEN: seen_s.get(track),
            NAME: names.get(track, ""),
            AGAIN: merged.get(track),
            OUT: track in markup.dropped,
            NEUTRAL_FROM: neutral[track].from_s if track in neutral else None,
            NEUTRAL_TO: neutral[track].to_s if track in neutral else None,
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
                *_both(
                    row.get(FROM),
                    row.get(TO),
                    mark("A span needs a beginning and an end, in seconds: fill in both."),
                ),
                _words(row.get(CONDITION)),
                _words(row.get(GROUP)),
                bool(row.get(OUT)),
            )
            for row in spans
            if any(_is_given(row.get(name)) for name in (FROM, TO, CONDITION))
        ),
        markers=tuple(
            Marker(float(row[TIME]), _words(row.get(TEXT)))
            for row in markers
            if _is_given(row.get(TIME))
        ),
        merges=tuple((int(row[TRACK]), int(row[AGAIN])) for row in people if _is_given(row[AGAIN])),
        names=tuple((int(row[TRACK]), _words(row[NAME])) for row in people if row[NAME]),
        dropped=tuple(int(row[TRACK]) for row in people if row[OUT]),
        neutral=tuple(
            NeutralSpan(
                int(row[TRACK]),
                *_both(
                    row[NEUTRAL_FROM],
                    row[NEUTRAL_TO],
                    mark("A neutral span needs a beginning and an end, in seconds: fill in both."),
                ),
            )
            for row in people
            if _is_given(row[NEUTRAL_FROM]) or _is_given(row[NEUTRAL_TO])
        ),
    )


def _is_given(value: Any) -> bool:
    return (
        value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))
    )


def _both(from_s: Any, to_s: Any, fault: str) -> tuple[float, float]:
    if not (_is_given(from_s) and _is_given(to_s)):
        raise InputError(fault)
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
            "text": tr("left out") if s.exclude else s.condition or tr("span"),
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
