"""Numbers as all pages write them; nothing heavy, since the live page needs them too."""

from fer_core.app.language.spoken import number, tr
from fer_core.app.language.spoken import percent as percent


def interval(low: float, high: float) -> str:
    """``0.68, 0.71`` -> ``68.0 to 71.0``."""
    return tr("{low} to {high}").format(low=number(low * 100, 1), high=number(high * 100, 1))
