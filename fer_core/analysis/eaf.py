"""ELAN annotations, EAF 3.0 (https://www.mpi.nl/tools/elan/EAFv3.0.xsd).

Per person one tier with the shown label, ``Face 1``, and one per emotion that has episodes,
``Face 1 happy``: annotations of a tier must not overlap, and episodes of two emotions may.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from fer_core.analysis.document import Document
from fer_core.labels import EMOTIONS
from fer_core.text import printable_name

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE = "expression"
_MIME = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime"}
_MIME |= {".webm": "video/webm", ".mkv": "video/x-matroska", ".avi": "video/x-msvideo"}

#: A marker is a moment; an annotation needs a length.
_MARKER_MS = 500

#: (start in ms, end in ms, text)
Annotation = tuple[int, int, str]


def _tiers(document: Document) -> dict[str, list[Annotation]]:
    tiers: dict[str, list[Annotation]] = {}
    for key, track in sorted(document.tracks.items()):
        who = document.markup.name_of(key)
        tiers[who] = [
            (_ms(s.start_s), _ms(s.end_s), s.label)
            for s in sorted(track.segments, key=lambda s: s.start_s)
        ]
        for emotion in EMOTIONS:
            found = [
                (_ms(e.onset_s), _ms(e.end_s), f"peak {e.peak:.2f} at {e.peak_s:.2f} s")
                for e in track.episodes
                if e.emotion == emotion
            ]
            if found:
                tiers[f"{who} {emotion}"] = found
    return tiers | _mark_tiers(document)


def _mark_tiers(document: Document) -> dict[str, list[Annotation]]:
    """Tiers of the marks: one per condition, since spans of two may overlap."""
    markup, end_s = document.markup, document.duration_s
    tiers: dict[str, list[Annotation]] = {}
    for condition, group in markup.conditions:
        text = " / ".join(filter(None, (condition, group))) or "span"
        tiers[f"Span {text}"] = [
            (_ms(a), _ms(min(b, end_s)), text)
            for a, b in markup.intervals_of(condition, group)
            if a < end_s
        ]
    if out := markup.excluded:
        tiers["Excluded"] = [(_ms(a), _ms(min(b, end_s)), "excluded") for a, b in out if a < end_s]
    if markup.markers:
        times = [_ms(m.time_s) for m in markup.markers]
        nexts = [*times[1:], times[-1] + _MARKER_MS]
        together = {start: [] for start in times}  # type: dict[int, list[str]]
        for start, marker in zip(times, markup.markers, strict=True):
            together[start].append(marker.text)
        following = dict(zip(times, nexts, strict=True))
        tiers["Markers"] = [
            (start, min(start + _MARKER_MS, following[start]), "; ".join(texts))
            for start, texts in together.items()
        ]
    return tiers


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def write_eaf(document: Document, path: Path) -> None:
    """Write the file; the media is looked for beside it, under its own name."""
    media = Path(printable_name(document.name)).name
    told = document.origin | {"measures": document.measures_text}
    properties = {name: value for name, value in told.items() if value}
    path.write_bytes(
        eaf_bytes(_tiers(document), media=media, modified=document.modified, properties=properties)
    )


def eaf_bytes(
    tiers: Mapping[str, Sequence[Annotation]],
    *,
    media: str,
    modified: str,
    properties: Mapping[str, str] | None = None,
) -> bytes:
    """The file of tiers of annotations that do not overlap; those without a length are left out.

    Args:
        tiers: name -> annotations in order of time.
        media: name of the file that ELAN looks for beside this one.
        modified: time as ISO 8601.
        properties: name -> value, kept in the header.
    """
    tiers = {name: [a for a in found if a[1] > a[0]] for name, found in tiers.items()}
    root = ElementTree.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "Mien",
            "DATE": modified,
            "FORMAT": "3.0",
            "VERSION": "3.0",
            "xmlns:xsi": _XSI,
            "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
        },
    )
    header = ElementTree.SubElement(
        root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"}
    )
    url = "./" + quote(media)
    mime = _MIME.get(Path(media).suffix.lower(), "video/*")
    ElementTree.SubElement(
        header,
        "MEDIA_DESCRIPTOR",
        {"MEDIA_URL": url, "RELATIVE_MEDIA_URL": url, "MIME_TYPE": mime},
    )
    for name, value in (properties or {}).items():
        ElementTree.SubElement(header, "PROPERTY", {"NAME": name}).text = value
    times = sorted({ms for found in tiers.values() for a in found for ms in a[:2]})
    slots = {ms: f"ts{number}" for number, ms in enumerate(times, 1)}
    order = ElementTree.SubElement(root, "TIME_ORDER")
    for ms, slot in slots.items():
        ElementTree.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(ms)})
    number = 0
    for name, found in tiers.items():
        tier = ElementTree.SubElement(root, "TIER", {"LINGUISTIC_TYPE_REF": _TYPE, "TIER_ID": name})
        for start, end, text in found:
            number += 1
            holder = ElementTree.SubElement(tier, "ANNOTATION")
            annotation = ElementTree.SubElement(
                holder,
                "ALIGNABLE_ANNOTATION",
                {
                    "ANNOTATION_ID": f"a{number}",
                    "TIME_SLOT_REF1": slots[start],
                    "TIME_SLOT_REF2": slots[end],
                },
            )
            ElementTree.SubElement(annotation, "ANNOTATION_VALUE").text = text
    ElementTree.SubElement(
        root,
        "LINGUISTIC_TYPE",
        {
            "GRAPHIC_REFERENCES": "false",
            "LINGUISTIC_TYPE_ID": _TYPE,
            "TIME_ALIGNABLE": "true",
        },
    )
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content
