"""Where a head is turned and whether eyes are open, in words."""

import math

from fer_core.app.language.spoken import capital, tr
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
        parts.append(tr("eyes open") if openness >= _LIMITS.min_openness else tr("eyes closed"))
    return capital(" · ".join(parts))


def _turn_text(yaw: float, pitch: float) -> str:
    parts = []
    if abs(yaw) > _LIMITS.max_yaw:
        turned = tr("turned {n}° to their left") if yaw > 0 else tr("turned {n}° to their right")
        parts.append(turned.format(n=f"{abs(yaw):.0f}"))
    if abs(pitch) > _LIMITS.max_pitch:
        nods = tr("up {n}°") if pitch > 0 else tr("down {n}°")
        parts.append(nods.format(n=f"{abs(pitch):.0f}"))
    return ", ".join(parts) or tr("facing the camera")
