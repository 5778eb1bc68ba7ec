"""The expression panel: label in large type, seven bars, faces in view, measured figures."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import capital, spoken, tr
from fer_core.app.parts.component import pack, source
from fer_core.app.parts.head import head_text
from fer_core.labels import COLORS, EMOTIONS, color_of, text_rgb_on
from fer_core.text import mark
from fer_core.types import FloatArray, FrameResult

_PANEL = st.components.v2.component(
    "mien_panel", html=source("panel.html"), css=source("panel.css"), js=source("panel.js")
)


@dataclass(frozen=True, slots=True, eq=False)
class PanelView:
    """What the panel shows.

    Attributes:
        label: of the face in focus, from ``labels.EMOTIONS`` or ``unsure``; None without a face.
        probs: (7,) float32 of that face; None without one.
        faces: (id, label, is in focus) of every face in view.
        head: where the head of that face is turned, and whether its eyes are open; without a face
            what to do; or empty.
        figures: the line of measured figures, small and grey.
        empty_text: what stands in the place of the label while there is no face.
    """

    label: str | None = None
    probs: FloatArray | None = None
    faces: tuple[tuple[int, str, bool], ...] = ()
    figures: str = ""
    empty_text: str = mark("No face yet")
    head: str = ""


def view_of(
    result: FrameResult | None, *, figures: str = "", empty_text: str, hint: str = ""
) -> PanelView:
    """The panel of what was found in a frame; ``hint`` says what to do where that is no face."""
    if result is None or result.focus is None:
        return PanelView(figures=figures, empty_text=empty_text, head=hint)
    focus = result.focus
    faces = tuple(
        (int(track_id), label, row == focus)
        for row, (track_id, label) in enumerate(
            zip(result.faces.track_ids, result.labels, strict=True)
        )
    )
    return PanelView(
        result.labels[focus],
        result.smoothed[focus],
        faces,
        figures,
        head=head_text(result.faces, focus),
    )


def panel_data(view: PanelView) -> dict[str, Any]:
    """The view as the browser gets it: plain values only."""
    empty = view.label is None or view.probs is None
    shares = [0.0] * len(EMOTIONS) if view.probs is None else [float(p) for p in view.probs]
    best = None if empty else max(range(len(shares)), key=shares.__getitem__)
    label = tr(view.empty_text) if view.label is None else emotion(view.label)
    return {
        "label": capital(label),
        "color": "var(--st-secondary-background-color)" if empty else color_of(str(view.label)),
        "text_color": "inherit" if empty else f"rgb{text_rgb_on(str(view.label))}",
        "empty": empty,
        "bars": [
            {
                "name": emotion(name),
                "color": COLORS[name],
                "share": round(share, 4),
                "top": row == best,
            }
            for row, (name, share) in enumerate(zip(EMOTIONS, shares, strict=True))
        ],
        "faces": [
            {
                "text": f"#{track_id} {emotion(face)}",
                "color": color_of(face),
                "focus": in_focus and len(view.faces) > 1,
            }
            for track_id, face, in_focus in view.faces
            if track_id >= 0
        ],
        "head": tr(view.head),
        "percent": spoken().percent_form,
        "decimal": spoken().decimal,
        "figures": view.figures,
    }


def show_panel(view: PanelView, *, key: str) -> None:
    """Draw the panel; the same key glides from the last values to these."""
    _PANEL(key=key, data=pack(panel_data(view)))
