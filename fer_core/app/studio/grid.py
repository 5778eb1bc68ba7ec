"""A grid of faces to choose from, by mouse, touch or keyboard."""

import base64
from collections.abc import Sequence
from typing import Any

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.parts.component import pack, source
from fer_core.labels import COLORS
from fer_core.studio.names import encode_png
from fer_core.studio.rows import FaceRow
from fer_core.types import ImageArray

_GRID = st.components.v2.component(
    "mien_faces", html=source("faces.html"), css=source("faces.css"), js=source("faces.js")
)


def grid_data(rows: Sequence[FaceRow], images: ImageArray, stamp: str) -> dict[str, Any]:
    """The faces as the browser gets them; ``stamp`` changes when the choice is to be empty."""
    return {
        "stamp": stamp,
        "faces": [
            {
                "file": row.file,
                "label": emotion(row.emotion),
                "color": COLORS[row.emotion],
                "rejected": row.is_rejected,
                "alt": _describe(row),
                "picture": base64.b64encode(encode_png(image)).decode(),
            }
            for row, image in zip(rows, images, strict=True)
        ],
    }


def _describe(row: FaceRow) -> str:
    said = (
        tr("{who}, {emotion}, take {take}, quality {quality}, rejected")
        if row.is_rejected
        else tr("{who}, {emotion}, take {take}, quality {quality}")
    )
    return said.format(
        who=row.participant,
        emotion=emotion(row.emotion),
        take=row.take,
        quality=number(row.quality, 2),
    )


def show_grid(rows: Sequence[FaceRow], images: ImageArray, *, stamp: str, key: str) -> list[str]:
    """Draw the faces; the files of those that are chosen, in the order of ``rows``."""
    result = _GRID(
        key=key,
        data=pack(grid_data(rows, images, stamp)),
        default={"chosen": []},
        on_chosen_change=_rerun_only,
    )
    chosen = result.get("chosen")
    # It comes from a browser: only files that are shown count.
    wanted = {str(name) for name in chosen} if isinstance(chosen, list) else set()
    return [row.file for row in rows if row.file in wanted]


def _rerun_only() -> None:
    """A change of the choice reruns the page; nothing else is to be done."""
