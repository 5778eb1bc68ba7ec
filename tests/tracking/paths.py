"""Two people on paths whose centres stay at least 30 px apart, seen by an unsteady detector."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fer_core.types import Faces

#: Seconds -> centres (2, 2).
Path = Callable[[float], np.ndarray]
MIDDLE = np.array([320.0, 240.0])
APART = 30.0


def _unit(angle: float) -> np.ndarray:
    return np.array([np.cos(angle), np.sin(angle)])


def crossing(angle: float, speed: float, other_speed: float, turn: float = 0.0) -> Path:
    """Straight lines that pass each other at 30 px in the middle, in opposite directions."""
    ahead, aside = _unit(angle), _unit(angle + np.pi / 2)
    back = _unit(angle + np.pi + turn)
    half = aside * APART / 2
    return lambda t: np.stack(
        [MIDDLE + half + ahead * speed * (t - 2), MIDDLE - half + back * other_speed * (t - 2)]
    )


def overtaking(angle: float, speed: float, faster: float) -> Path:
    """Straight lines in one direction, one person passing the other at 30 px."""
    return crossing(angle, speed, -faster)


def swinging(angle: float, reach: float, rate: float) -> Path:
    """Two people who lean towards each other, to 30 px, and back; ``rate`` in rad/s."""
    along = _unit(angle)

    def path(t: float) -> np.ndarray:
        offset = along * (APART / 2 + reach * (1 - np.cos(rate * t)))
        return np.stack([MIDDLE - offset, MIDDLE + offset])

    return path


def circling(radius: float, speed: float) -> Path:
    """Two people who walk around each other."""
    rate = speed / radius
    return lambda t: np.stack(
        [MIDDLE + radius * _unit(rate * t), MIDDLE - radius * _unit(rate * t)]
    )


def standing(angle: float) -> Path:
    """Cheek by cheek."""
    half = _unit(angle) * APART / 2
    return lambda t: np.stack([MIDDLE - half, MIDDLE + half])


@dataclass(frozen=True)
class Detector:
    """What an unsteady detector makes of a path.

    Attributes:
        sizes: of the two faces in pixels.
        jitter_px: standard deviation of each coordinate of a centre. BlazeFace's on the moved
            portrait in 640x480, with noise and changing light: 1.0 to 2.7 px at sizes from 95 px.
        growth: standard deviation of the size / size; there 0.014 to 0.033.
        missing: share of the detections that are left out, after the first half second and
            never for longer than ``longest_s``.
    """

    sizes: tuple[float, float]
    jitter_px: float = 2.0
    growth: float = 0.02
    missing: float = 0.0
    longest_s: float = 0.5

    def watch(
        self, path: Path, *, fps: float, seed: int, seconds: float = 4.0
    ) -> Iterator[tuple[float, Faces, list[int]]]:
        """Time, faces in random order, and which person each of them is."""
        rng = np.random.default_rng(seed)
        seen_s, time_s = [0.0, 0.0], 0.0
        while time_s < seconds:
            people = []
            for person in range(2):
                hidden = time_s > 0.5 and rng.random() < self.missing
                if not hidden or time_s - seen_s[person] + 1.3 / fps > self.longest_s:
                    people.append(person)
                    seen_s[person] = time_s
            rng.shuffle(people)
            yield time_s, self._faces(path(time_s), people, rng), people
            time_s += rng.uniform(0.8, 1.2) / fps

    def _faces(self, centers: np.ndarray, people: list[int], rng: np.random.Generator) -> Faces:
        boxes = np.empty((len(people), 4))
        for row, person in enumerate(people):
            size = self.sizes[person]
            center = centers[person] + rng.normal(0, self.jitter_px, 2)
            half = size * (1 + rng.normal(0, self.growth)) / 2
            boxes[row] = [*(center - half), *(center + half)]
        return Faces(boxes, np.ones(len(people)))
