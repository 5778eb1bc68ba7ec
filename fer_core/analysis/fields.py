"""Parts of a document as plain values, for JSON."""

import math
from typing import Any

from fer_core.labels import EMOTIONS
from fer_core.types import FrameResult
from fer_core.wellbeing import RatioEstimate


def plain(value: float | None) -> float | None:
    """A number as JSON has it, to four places; None where it is unknown."""
    return round(float(value), 4) if value is not None and math.isfinite(value) else None


def named(values: Any) -> dict[str, float | None]:
    """Seven numbers by the names of the expressions."""
    return {name: plain(v) for name, v in zip(EMOTIONS, values, strict=True)}


def estimate_fields(found: RatioEstimate) -> dict[str, float | None]:
    """A ratio with its interval and what it rests on."""
    return {
        name: plain(getattr(found, name))
        for name in ("value", "low", "high", "coverage", "valid_s")
    }


def face_fields(result: FrameResult | None) -> list[dict[str, Any]]:
    """The faces of a picture; none for a video."""
    if result is None:
        return []
    return [
        {
            "track_id": int(result.faces.track_ids[row]),
            "box": [round(float(v), 1) for v in result.faces.boxes[row]],
            "score": plain(float(result.faces.scores[row])),
            "label": label,
            "probs": named(result.smoothed[row]),
        }
        for row, label in enumerate(result.labels)
    ]
