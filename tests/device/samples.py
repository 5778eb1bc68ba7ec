"""Samples as a browser sends them."""

from typing import Any

import numpy as np


def probs_of(seed: int) -> list[float]:
    """Seven probabilities, the same every time."""
    return [round(float(p), 6) for p in np.random.default_rng(seed).dirichlet(np.ones(7))]


def face(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A face over one second."""
    return {"id": number, "box": [0.3, 0.2, 0.6, 0.7], "probs": probs_of(number), **changes}


def sample(seq: int, t_s: float | None = None, *faces: dict[str, Any]) -> dict[str, Any]:
    """A second with one face unless others are given; its start is its number unless given."""
    return {"t_s": float(seq if t_s is None else t_s), "seq": seq, "faces": list(faces or [face()])}
