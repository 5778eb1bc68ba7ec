"""A room's code as people read it aloud, and back."""

import re


def grouped(code: str) -> str:
    """The code in groups of four: ``ABCD EFGH``."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def plain(text: str) -> str:
    """The code as it is kept: without gaps and dashes, in capitals; at most 20 characters."""
    return re.sub(r"[\s\-]+", "", text).upper()[:20]
