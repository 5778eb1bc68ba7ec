"""A link to hand over: to copy, and as a picture for a phone's camera."""

from urllib.parse import urlsplit

import segno
import streamlit as st

from fer_core.app.language.spoken import tr


def app_address() -> str:
    """Where the visitor reaches the app, such as ``https://example.org/mien``, without a slash at
    its end; empty where that is not known. Others most often reach it by the same."""
    parts = urlsplit(st.context.url or "")
    # A page's own name is the last part of its address, and empty for the start page.
    below = parts.path.rpartition("/")[0]
    return f"{parts.scheme}://{parts.netloc}{below}" if parts.netloc else ""


def show_link(link: str) -> None:
    """Draw the link with its own button to copy it, and its QR code beside it."""
    words, picture = st.columns((3, 1), vertical_alignment="center")
    words.code(link, language=None, wrap_lines=True)
    with picture:
        show_qr(link)


def show_qr(link: str) -> None:
    """Draw the code; dark on light in both themes, as cameras expect it."""
    code = segno.make(link, error="m", micro=False)
    st.image(
        code.svg_inline(scale=6, border=3, light="white", dark="black"),
        width=220,
        alt=tr("QR code of {link}").format(link=link),
    )
