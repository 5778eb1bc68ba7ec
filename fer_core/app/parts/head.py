"""Where a head is turned and whether eyes are open, in words."""

import math

from fer_core.temporal import SecondWindows
from fer_core.types import Faces

#: The limits that the shares by the second are counted with.
_LIMITS = SecondWindows()


def head_text(faces: Faces, row: int) -> str:
    """One line about a face, such as ``turned 32° to their left · eyes open``; empty where
    neither was measured. Left and right are the person's own."""
    yaw, pitch, _ = (float(angle) for angle in faces.poses[row])
    openness = float(faces.eye_openness[row].mean())
    parts = []
    if math.isfinite(yaw) and math.isfinite(pitch):
        parts.append(_turn_text(yaw, pitch))
    if math.isfinite(openness):
        parts.append("eyes open" if openness >= _LIMITS.min_openness else "eyes closed")
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def _turn_text(yaw: float, pitch: float) -> str:
    parts = []
    if abs(yaw) > _LIMITS.max_yaw:
        parts.append(f"turned {abs(yaw):.0f}° to their {'left' if yaw > 0 else 'right'}")
    if abs(pitch) > _LIMITS.max_pitch:
        parts.append(f"{'up' if pitch > 0 else 'down'} {abs(pitch):.0f}°")
    return ", ".join(parts) or "facing the camera"
