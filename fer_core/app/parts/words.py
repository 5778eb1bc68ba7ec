"""Numbers as all pages write them; nothing heavy, since the live page needs them too."""

from fer_core.text import percent as percent


def interval(low: float, high: float) -> str:
    """``0.68, 0.71`` -> ``68.0 to 71.0``."""
    return f"{low * 100:.1f} to {high * 100:.1f}"
