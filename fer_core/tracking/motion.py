"""How one face moves: a Kalman filter in seconds.

Constant velocity with white acceleration noise (Bar-Shalom, Li and Kirubarajan 2001, "Estimation
with Applications to Tracking and Navigation", section 6.2.2), the same for x and y. Between two
sightings the velocity fades with a time constant, since people stop and turn: an unfaded velocity,
measured through the detector's jitter, carries the track of a hidden face onto its neighbour.

All noise is in units of the face's size, so that near and far faces behave alike. The figures are
chosen on ``tests/tracking/paths.py``: ids swapped on none of its paths, at 5, 15 and 30 frames per
second; with the velocity fading in 0.25 s they swap where fast faces cross at 5, in 1 s where they
turn.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

#: Standard deviation of a detected centre / face size.
JITTER: Final = 0.03
#: Standard deviation of a new face's speed, face sizes per second.
FIRST_SPEED: Final = 1.0
#: Density of the acceleration noise, face sizes per second^1.5.
ACCELERATION: Final = 2.0
#: Seconds in which an unseen face's velocity fades to 1/e.
VELOCITY_FADES_S: Final = 0.5


class Motion:
    """Position and velocity of one face's centre.

    Attributes:
        position: (2,) float64 pixels.
        velocity: (2,) float64 pixels per second.
    """

    def __init__(self, center: Vector, size: float) -> None:
        self.position = np.array(center, np.float64)
        self.velocity = np.zeros(2)
        # Variance of the position, covariance with the velocity, variance of the velocity.
        self._var = ((JITTER * size) ** 2, 0.0, (FIRST_SPEED * size) ** 2)

    def travel(self, seconds: float) -> Vector:
        """(2,) float64: how far the face has moved after so many seconds, in pixels."""
        reach = VELOCITY_FADES_S * -np.expm1(-seconds / VELOCITY_FADES_S)
        return np.asarray(self.velocity * reach, np.float64)

    def advance(self, seconds: float, size: float) -> None:
        """Let time pass."""
        self.position = self.position + self.travel(seconds)
        kept = float(np.exp(-seconds / VELOCITY_FADES_S))
        reach = VELOCITY_FADES_S * (1 - kept)
        self.velocity = self.velocity * kept
        p, c, v = self._var
        noise = (ACCELERATION * size) ** 2
        self._var = (
            p + 2 * reach * c + reach**2 * v + noise * seconds**3 / 3,
            kept * (c + reach * v) + noise * seconds**2 / 2,
            kept**2 * v + noise * seconds,
        )

    def correct(self, center: Vector, size: float) -> None:
        """Take a measured centre into account."""
        p, c, v = self._var
        total = p + (JITTER * size) ** 2
        error = center - self.position
        self.position = self.position + p / total * error
        self.velocity = self.velocity + c / total * error
        self._var = (p - p * p / total, c - p * c / total, v - c * c / total)
