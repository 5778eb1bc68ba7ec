"""Ratios of displayed expressions over time, with what is needed to judge them."""

from fer_core.wellbeing.ratios import (
    HAPPINESS,
    STRESS,
    STRESS_FIVE,
    RatioEstimate,
    Verdict,
    estimate_ratio,
    judge_stress,
)

__all__ = [
    "HAPPINESS",
    "STRESS",
    "STRESS_FIVE",
    "RatioEstimate",
    "Verdict",
    "estimate_ratio",
    "judge_stress",
]
