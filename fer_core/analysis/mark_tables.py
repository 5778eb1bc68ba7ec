"""Marks as tables: a row per span, marker and change of people; a row per person and condition."""

from typing import Any, Final

from fer_core.analysis.document import Document

SPAN_COLUMNS: Final = (
    *("file", "kind", "from_s", "to_s", "condition", "group", "text", "track_id", "into_id"),
)
CONDITION_COLUMNS: Final = (
    *("file", "track_id", "name", "condition", "group", "length_s", "valid_s", "coverage"),
    *("stress", "stress_low", "stress_high", "happiness", "happiness_low", "happiness_high"),
)
#: Ends of the names of what marks add to the results.
MARK_ENDS: Final = (
    ".spans.json",
    *(f"{part}.{kind}" for part in (".spans", ".conditions") for kind in ("csv", "parquet")),
)


def span_rows(document: Document) -> list[list[Any]]:
    """Rows in ``SPAN_COLUMNS``' order, in order of time; None where a column says nothing.

    Kinds: ``analysed`` (from-to), ``span``, ``excluded``, ``marker``, ``neutral``, ``merged``
    (track into person), ``dropped``, ``named``.
    """
    markup, name = document.markup, document.name
    timed: list[tuple[str, float, float | None, str, str, str, int | None]] = []
    if markup.from_s or markup.to_s is not None:
        timed.append(("analysed", markup.from_s, markup.to_s, "", "", "", None))
    timed += [
        (
            "excluded" if s.exclude else "span",
            *(s.from_s, s.to_s, s.condition, s.group, "", None),
        )
        for s in markup.spans
    ]
    timed += [("marker", m.time_s, None, "", "", m.text, None) for m in markup.markers]
    timed += [("neutral", n.from_s, n.to_s, "", "", "", n.track_id) for n in markup.neutral]
    rows: list[list[Any]] = [[name, *row, None] for row in sorted(timed, key=lambda row: row[1])]
    nothing = (None, None, "", "")
    rows += [[name, "merged", *nothing, "", a, b] for a, b in markup.merges]
    rows += [[name, "dropped", *nothing, "", a, None] for a in markup.dropped]
    rows += [[name, "named", *nothing, text, a, None] for a, text in markup.names]
    return rows


def condition_rows(document: Document) -> list[list[Any]]:
    """Rows in ``CONDITION_COLUMNS``' order."""
    rows = []
    for one in document.ratios_by_condition():
        stress, happiness = one["stress"], one["happiness"]
        rows.append(
            [
                document.name,
                *(one[name] for name in ("track_id", "name", "condition", "group", "length_s")),
                *(stress["valid_s"], stress["coverage"]),
                *(stress[name] for name in ("value", "low", "high")),
                *(happiness[name] for name in ("value", "low", "high")),
            ]
        )
    return rows
