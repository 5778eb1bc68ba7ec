"""WebVTT subtitles (https://www.w3.org/TR/webvtt1/): one cue per person and shown label."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from fer_core.analysis.document import Document
from fer_core.labels import UNSURE
from fer_core.temporal import Segment


def _stamp(seconds: float) -> str:
    total_ms = round(seconds * 1000)
    minutes, ms = divmod(total_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{ms // 1000:02d}.{ms % 1000:03d}"


def vtt_text(cues: Iterable[tuple[float, float, str]], notes: Iterable[str] = ()) -> str:
    """The file of cues (start and end in seconds, text); those under a millisecond are left out.

    Args:
        cues: in order of their start.
        notes: lines of a comment that players do not show.
    """
    parts = ["WEBVTT\n"]
    if lines := [line.replace("-->", "->") for line in notes]:
        parts.append("\n".join(["NOTE", *lines]) + "\n")
    for start_s, end_s, text in cues:
        start, end = _stamp(start_s), _stamp(end_s)
        if start != end:
            parts.append(f"{start} --> {end}\n{text}\n")
    return "\n".join(parts)


#: A cue that is shown for less is not read.
MIN_CUE_S = 0.5
_MARKER_S = 2.0


def readable(segments: Iterable[Segment]) -> list[Segment]:
    """Segments of one face in order, without those too short to be read: what was shown before
    stays, what comes after comes earlier. A face of nothing else keeps what it has."""
    kept: list[Segment] = []
    early_s: float | None = None
    given = list(segments)
    for one in given:
        begins_s = one.start_s
        if early_s is not None and one.start_s - early_s < MIN_CUE_S:
            begins_s = early_s
        if one.end_s - one.start_s >= MIN_CUE_S:
            kept.append(replace(one, start_s=begins_s))
            early_s = None
        elif kept and abs(kept[-1].end_s - one.start_s) < 1e-6:
            kept[-1] = replace(kept[-1], end_s=one.end_s)
        elif early_s is None or one.start_s - early_s >= MIN_CUE_S:
            early_s = one.start_s
    return kept or given


def _mark_cues(document: Document) -> list[tuple[float, float, str]]:
    """Spans and markers as cues of their own, in brackets; a marker is shown for two seconds."""
    markup, end_s = document.markup, document.duration_s
    cues = [
        (a, min(b, end_s), f"[{' / '.join(filter(None, (condition, group))) or 'span'}]")
        for condition, group in markup.conditions
        for a, b in markup.intervals_of(condition, group)
        if a < end_s
    ]
    cues += [(a, min(b, end_s), "[excluded]") for a, b in markup.excluded if a < end_s]
    cues += [(m.time_s, m.time_s + _MARKER_S, f"[{_cue(m.text)}]") for m in markup.markers]
    return cues


def _cue(text: str) -> str:
    """Text as a cue may hold it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write_vtt(document: Document, path: Path) -> None:
    """Cues in order of their start."""
    several = len(document.tracks) > 1
    cues = []
    found = [one for track in document.tracks.values() for one in readable(track.segments)]
    for segment in sorted(found, key=lambda one: (one.start_s, one.track_id)):
        share = f" {segment.mean:.0%}" if segment.label != UNSURE else ""
        who = f"{_cue(document.markup.name_of(segment.track_id))}: " if several else ""
        cues.append((segment.start_s, segment.end_s, f"{who}{segment.label}{share}"))
    cues = sorted([*cues, *_mark_cues(document)], key=lambda cue: cue[0])
    notes = [f"{name} {value}" for name, value in document.origin.items() if value]
    notes += [text for text in (document.measures_text,) if text]
    path.write_text(vtt_text(cues, notes), encoding="utf-8")
