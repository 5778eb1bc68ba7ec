"""What the page's own small components share: their sources, and how data reaches them."""

import json
from pathlib import Path
from typing import Any

_FRONTEND = Path(__file__).parent / "frontend"


def source(name: str) -> str:
    """The text of a file in ``frontend/``."""
    return (_FRONTEND / name).read_text(encoding="utf-8")


def pack(data: dict[str, Any]) -> bytes:
    """Plain values as JSON bytes, which Streamlit hands to the browser as they are.

    A dict it would search for tables first, for which it loads pandas (72 MB of resident memory).
    """
    return json.dumps(data, separators=(",", ":")).encode()
