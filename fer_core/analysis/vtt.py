"""WebVTT subtitles (https://www.w3.org/TR/webvtt1/): one cue per person and shown label."""

from pathlib import Path

from fer_core.analysis.document import Document
from fer_core.labels import UNSURE


def _stamp(seconds: float) -> str:
    total_ms = round(seconds * 1000)
    minutes, ms = divmod(total_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{ms // 1000:02d}.{ms % 1000:03d}"


def write_vtt(document: Document, path: Path) -> None:
    """Cues in order of their start; stretches shorter than a millisecond are left out."""
    several = len(document.tracks) > 1
    parts = ["WEBVTT\n"]
    for segment in document.segments:
        start, end = _stamp(segment.start_s), _stamp(segment.end_s)
        if start == end:
            continue
        share = f" {segment.mean:.0%}" if segment.label != UNSURE else ""
        who = f"Face {segment.track_id}: " if several else ""
        parts.append(f"{start} --> {end}\n{who}{segment.label}{share}\n")
    path.write_text("\n".join(parts), encoding="utf-8")
