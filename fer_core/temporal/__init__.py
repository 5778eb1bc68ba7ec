"""Time: smoothing, labels that hold, the neutral baseline, windows of one second, episodes."""

from fer_core.temporal.baseline import BaselineState, NeutralBaseline
from fer_core.temporal.episodes import Episode, EpisodeDetector, Segment, TrackMeasures
from fer_core.temporal.filters import (
    FILTERS,
    MarkovFilter,
    PlainFilter,
    RecurrentFilter,
    TemporalFilter,
)
from fer_core.temporal.smoothing import LabelRule, Smoother, label_names
from fer_core.temporal.windows import MAX_GAP_S, SecondWindows, spread

__all__ = [
    "FILTERS",
    "MAX_GAP_S",
    "BaselineState",
    "Episode",
    "EpisodeDetector",
    "LabelRule",
    "MarkovFilter",
    "NeutralBaseline",
    "PlainFilter",
    "RecurrentFilter",
    "SecondWindows",
    "Segment",
    "Smoother",
    "TemporalFilter",
    "TrackMeasures",
    "label_names",
    "spread",
]
