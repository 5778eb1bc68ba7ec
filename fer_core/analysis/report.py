"""The document as JSON, and as a report for people: one HTML file that needs nothing else."""

import base64
import json
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

import fer_core
from fer_core.analysis.document import Document
from fer_core.analysis.frames import coverage_text
from fer_core.imaging.frame import scaled_size
from fer_core.labels import COLORS, EMOTIONS
from fer_core.temporal import TrackMeasures
from fer_core.text import count_of, percent, printable_name
from fer_core.types import ImageArray
from fer_core.wellbeing import HAPPINESS, STRESS, RatioEstimate

#: People that get a section of their own, the longest seen first; all are in the tables.
MAX_PEOPLE = 12
MAX_EPISODES = 200
_STILL_PX = 480

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere } h2 { font-size: 1.25rem; margin-top: 2.5rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0 }
td, th { border-bottom: 1px solid var(--line); padding: .2rem .6rem; text-align: right }
td:first-child, th:first-child { text-align: left } .scroll { overflow-x: auto }
figure { display: inline-block; margin: 0 1rem 1rem 0; max-width: 100%; vertical-align: top }
img { border-radius: .5rem; max-width: 100% } figcaption, .note { opacity: .75; font-size: .9rem }
.bar { background: var(--soft); border-radius: .2rem; height: .8rem; width: 12rem }
.bar div { border-radius: .2rem; height: 100% } .warning { border-left: .3rem solid #D55E00;
padding-left: .8rem } .row { align-items: end; display: grid; grid-template-columns: 5.5rem 1fr }
.axis { font-size: .8rem; height: 1.2rem; opacity: .75; position: relative }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap }
.axis span:first-child { transform: none } .axis span:last-child { transform: translateX(-100%) }
svg { border-bottom: 1px solid var(--line); display: block; height: 2rem; width: 100% }
"""


def write_json(document: Document, path: Path) -> None:
    """``Document.to_dict`` as JSON; unknown numbers are null."""
    path.write_text(json.dumps(document.to_dict(), indent=1, allow_nan=False), encoding="utf-8")


def write_html(document: Document, path: Path, stills: Sequence[ImageArray]) -> None:
    """The report.

    Args:
        document: of the file.
        path: to write.
        stills: (h, w, 3) BGR: one per moment of a video, or the picture.
    """
    title = escape(Path(printable_name(document.name)).name)
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><h1>{title}</h1>",
        f"<p>{_about(document)}</p>",
    ]
    if document.warning:
        parts.append(f'<p class="warning">{escape(document.warning)}</p>')
    if document.note:
        parts.append(f'<p class="note">{escape(document.note)}</p>')
    if document.kind == "picture":
        parts += [_still(stills[0], "What was found")] if len(stills) else []
        parts.append(_faces_table(document))
    else:
        parts += _video_parts(document, stills)
    if document.measures_text:
        parts.append(f'<p class="note">{escape(document.measures_text)}</p>')
    parts.append(
        f'<p class="note">{_origin(document)} The numbers are probabilities of '
        "displayed expressions; they do not tell what a person feels.</p></html>"
    )
    path.write_text("\n".join(parts), encoding="utf-8")


def _origin(document: Document) -> str:
    """Which program, model and file it was made with and of."""
    model = document.options.model if document.model is None else document.model.text
    file = f" File of {escape(document.modified)}" if document.modified else ""
    if document.sha256:
        file += f"{',' if file else ' File,'} SHA-256 {document.sha256}"
    return f"Made with Mien {fer_core.__version__}, model {escape(model)}.{file}{'.' * bool(file)}"


def _about(document: Document) -> str:
    size = f"{document.width} x {document.height} pixels"
    if document.kind == "picture":
        count = len(document.picture.faces) if document.picture is not None else 0
        return f"{size}, {_count(count, 'face')}"
    return (
        f"{_clock(document.duration_s)}, {size}, {document.analysed:,} of {document.frames:,} "
        f"frames analysed, {_count(len(document.tracks), 'tracked face')}"
    )


def _count(number: int, noun: str) -> str:
    return count_of(number, noun) if number else f"no {noun}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f} min" if minutes else f"{rest:.1f} s"


def _still(bgr: ImageArray, caption: str) -> str:
    height, width = bgr.shape[:2]
    size = scaled_size(width, height, _STILL_PX)
    small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
    data = base64.b64encode(jpeg.tobytes()).decode()
    text = escape(caption)
    return (
        f'<figure><img alt="{text}" src="data:image/jpeg;base64,{data}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _faces_table(document: Document) -> str:
    if document.picture is None or not len(document.picture.faces):
        return "<p>No face was found.</p>"
    head = "".join(f"<th>{name}" for name in ("face", "label", *EMOTIONS))
    rows = "".join(
        f"<tr><td>{document.picture.faces.track_ids[row]}<td>{label}"
        + "".join(f"<td>{percent(p)}" for p in document.picture.smoothed[row])
        for row, label in enumerate(document.picture.labels)
    )
    return f'<div class="scroll"><table><tr>{head}{rows}</table></div>'


def _video_parts(document: Document, stills: Sequence[ImageArray]) -> list[str]:
    parts = [
        f"<p>{escape(text)}</p>" for text in (coverage_text(document.coverage.to_dict()),) if text
    ]
    parts += [f'<p class="note">{escape(text)}</p>' for text in document.remarks]
    if document.moments and len(stills):
        parts.append("<h2>Strongest moments</h2>")
        parts += [
            _still(
                bgr,
                f"{m.emotion} {percent(m.probability)}, "
                f"{document.markup.name_of(m.track_id, 'face')}, {_clock(m.time_s)}",
            )
            for m, bgr in zip(document.moments, stills, strict=True)
        ]
    if not document.tracks:
        parts.append("<p>No face was found.</p>")
    for track in document.people[:MAX_PEOPLE]:
        parts += _person_parts(document, track)
    if (hidden := len(document.tracks) - MAX_PEOPLE) > 0:
        parts.append(f"<p>Seen for less time, and only in the tables: {hidden} more.</p>")
    parts.append(_conditions_table(document))
    parts.append(_episodes_table(document))
    return parts


def _conditions_table(document: Document) -> str:
    """Both ratios per person and condition; empty without spans."""
    rows = "".join(
        f"<tr><td>{escape(row['name'])}<td>{escape(row['condition'])}<td>{escape(row['group'])}"
        f"<td>{_clock(row['length_s'])}<td>{_named_ratio(row['stress'])}"
        f"<td>{_named_ratio(row['happiness'])}"
        for row in document.ratios_by_condition()
    )
    head = "".join(
        f"<th>{name}" for name in ("person", "condition", "group", "length", "stress", "happiness")
    )
    table = f'<div class="scroll"><table><tr>{head}{rows}</table></div>'
    return f"<h2>By condition</h2>{table}" if rows else ""


def _named_ratio(estimate: Mapping[str, float | None]) -> str:
    if estimate["value"] is None:
        return "unknown"
    low, high = estimate["low"], estimate["high"]
    interval = "too short for an interval"
    if low is not None and high is not None:
        interval = f"{percent(low)} to {percent(high)}"
    return f"{percent(estimate['value'])} ({interval})"


def _person_parts(document: Document, track: TrackMeasures) -> list[str]:
    stress = _ratio_text(document.ratio(track.track_id, STRESS))
    happiness = _ratio_text(document.ratio(track.track_id, HAPPINESS))
    rows = "".join(
        f'<tr><td>{name}<td><div class="bar"><div style="width:{mean:.1%};'
        f'background:{COLORS[name]}"></div></div><td>{percent(mean)}<td>{spread:.3f}'
        for name, mean, spread in zip(EMOTIONS, track.mean, track.variability, strict=True)
        if np.isfinite(mean) and np.isfinite(spread)
    )
    return [
        f"<h2>{escape(document.markup.name_of(track.track_id))}, seen {_clock(track.seen_s)}</h2>",
        f"<p>Stress ratio {stress}<br>Happiness ratio {happiness}</p>",
        _timeline(document, track.track_id),
        '<div class="scroll"><table><tr><th>expression<th><th>mean<th>variability'
        f"{rows}</table></div>",
        _transitions_table(track),
    ]


def _ratio_text(estimate: RatioEstimate) -> str:
    if not np.isfinite(estimate.value):
        return "unknown"
    interval = (
        f" (95 % interval {percent(estimate.low)} to {percent(estimate.high)})"
        if np.isfinite(estimate.low)
        else " (too short for an interval)"
    )
    return f"{percent(estimate.value)}{interval}, seen {percent(estimate.coverage)} of the time"


def _timeline(document: Document, track_id: int) -> str:
    mine = document.seconds.columns(track_id)
    if not len(mine["time_s"]):
        return ""
    span = max(document.duration_s, 1e-9)
    x = np.clip((mine["time_s"] + mine["duration_s"] / 2) / span, 0, 1) * 1000
    breaks = np.flatnonzero(np.diff(mine["time_s"]) > 1.5 * mine["duration_s"][0]) + 1
    runs = list(pairwise([0, *breaks.tolist(), len(x)]))
    rows = []
    for column, name in enumerate(EMOTIONS):
        y = 100 - 100 * mine["probs"][:, column]
        outline = "".join(
            f"M{x[a]:.1f} 100"
            + "".join(f"L{px:.1f} {py:.1f}" for px, py in zip(x[a:b], y[a:b], strict=True))
            + f"L{x[b - 1]:.1f} 100Z"
            for a, b in runs
        )
        rows.append(
            f'<div class="row"><span>{name}</span><svg viewBox="0 0 1000 100" '
            f'preserveAspectRatio="none"><path fill="{COLORS[name]}" d="{outline}"/></svg></div>'
        )
    ticks = "".join(
        f'<span style="left:{share:.0%}">{_clock(share * document.duration_s)}</span>'
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    rows.append(f'<div class="row"><span></span><div class="axis">{ticks}</div></div>')
    label = f"Expressions of face {track_id} from 0 s to {_clock(document.duration_s)}"
    return f'<div role="img" aria-label="{label}">{"".join(rows)}</div><p class="note">{label}</p>'


def _transitions_table(track: TrackMeasures) -> str:
    if not track.transitions.any():
        return ""
    head = "".join(f"<th>{name}" for name in ("from, to", *EMOTIONS))
    rows = "".join(
        f"<tr><td>{name}" + "".join(f"<td>{count or ''}" for count in counts)
        for name, counts in zip(EMOTIONS, track.transitions.tolist(), strict=True)
        if any(counts)
    )
    return (
        f'<div class="scroll"><table><tr>{head}{rows}</table></div>'
        f'<p class="note">{track.changes_per_min:.1f} changes of expression a minute</p>'
    )


def _episodes_table(document: Document) -> str:
    episodes = [e for e in document.episodes if e.emotion != "neutral"]
    if not episodes:
        return ""
    strongest = sorted(episodes, key=lambda e: -e.peak)[:MAX_EPISODES]
    rows = "".join(
        f"<tr><td>{e.emotion}<td>{e.track_id}<td>{_clock(e.onset_s)}<td>{_clock(e.peak_s)}"
        f"<td>{percent(e.peak)}<td>{e.length_s:.1f} s"
        for e in sorted(strongest, key=lambda e: e.onset_s)
    )
    left = len(episodes) - len(strongest)
    note = f'<p class="note">The strongest {len(strongest)}; {left} more in JSON.</p>'
    return (
        "<h2>Episodes</h2><div class='scroll'><table><tr><th>expression<th>face<th>onset<th>peak"
        f"<th>highest<th>length{rows}</table></div>{note if left else ''}"
    )
