"""Shows text that people typed as what it is: no Markdown, no colours, no links, no HTML."""

import re

#: What Streamlit's Markdown gives a meaning to; a backslash before punctuation takes it away
#: (CommonMark, "Backslash escapes"). ``:`` begins icons and colours, ``$`` formulas.
_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")

#: Isolates the text's direction, so that it cannot turn what stands beside it.
_ISOLATE, _END = "\u2068", "\u2069"


def plain(text: str) -> str:
    """The text for a Markdown place; looks as typed, on one line."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return f"{_ISOLATE}{escaped}{_END}"
