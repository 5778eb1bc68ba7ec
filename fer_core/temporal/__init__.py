"""Time: smoothing, labels that hold, the neutral baseline, windows of one second."""

from fer_core.temporal.baseline import BaselineState, NeutralBaseline
from fer_core.temporal.smoothing import LabelRule, Smoother, label_names
from fer_core.temporal.windows import SecondWindows

__all__ = [
    "BaselineState",
    "LabelRule",
    "NeutralBaseline",
    "SecondWindows",
    "Smoother",
    "label_names",
]
