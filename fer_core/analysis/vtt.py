"""WebVTT subtitles (https://www.w3.org/TR/webvtt1/): one cue per person and shown label."""

from collections.abc import Iterable
from pathlib import Path

from fer_core.analysis.document import Document
from fer_core.labels import UNSURE


def _stamp(seconds: float) -> str:
    total_ms = round(seconds * 1000)
    minutes, ms = divmod(total_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{ms // 1000:02d}.{ms % 1000:03d}"


def vtt_text(cues: Iterable[tuple[float, float, str]]) -> str:
    """The file of cues (start and end in seconds, text); those under a millisecond are left out."""
    parts = ["WEBVTT\n"]
    for start_s, end_s, text in cues:
        start, end = _stamp(start_s), _stamp(end_s)
        if start != end:
            parts.append(f"{start} --> {end}\n{text}\n")
    return "\n".join(parts)


def write_vtt(document: Document, path: Path) -> None:
    """Cues in order of their start."""
    several = len(document.tracks) > 1
    cues = []
    for segment in document.segments:
        share = f" {segment.mean:.0%}" if segment.label != UNSURE else ""
        who = f"Face {segment.track_id}: " if several else ""
        cues.append((segment.start_s, segment.end_s, f"{who}{segment.label}{share}"))
    path.write_text(vtt_text(cues), encoding="utf-8")
