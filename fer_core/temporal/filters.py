"""Three ways to steady a face's probabilities over time. All go by seconds, none by frames."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ConfigError
from fer_core.labels import NUM_EMOTIONS
from fer_core.text import mark

_Row = NDArray[np.float64]

#: Key -> what pages and commands call it.
FILTERS: Final = {
    "plain": mark("Plain smoothing"),
    "markov": mark("Hidden Markov filter"),
    "recurrent": mark("Recurrent network"),
}


class TemporalFilter(Protocol):
    """Steadies the rows of one face after another; what it remembers of a face is its state."""

    @property
    def needs_embedding(self) -> bool:
        """Whether it works from the network's embedding, beside the probabilities."""
        ...

    def begin(self, probs: _Row, embedding: NDArray[np.float32] | None, /) -> tuple[_Row, Any]:
        """The first frame of a face: (7,) steadied probabilities, and the state."""
        ...

    def step(
        self, state: Any, probs: _Row, embedding: NDArray[np.float32] | None, passed_s: float, /
    ) -> tuple[_Row, Any]:
        """A frame that comes ``passed_s`` seconds after the one before."""
        ...


@dataclass(frozen=True, slots=True)
class PlainFilter:
    """Exponential smoothing: see ``Smoother``.

    Args:
        time_constant_s: 0 gives every frame by itself.

    Raises:
        ConfigError: it is negative or not finite.
    """

    time_constant_s: float = 0.3
    needs_embedding: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.time_constant_s < np.inf:
            raise ConfigError(
                "time_constant_s must be finite and not negative. "
                f"Received: {self.time_constant_s}."
            )

    def begin(self, probs: _Row, _embedding: NDArray[np.float32] | None) -> tuple[_Row, _Row]:
        return probs, probs

    def step(
        self, state: _Row, probs: _Row, _embedding: NDArray[np.float32] | None, passed_s: float
    ) -> tuple[_Row, _Row]:
        tau_s = self.time_constant_s
        gain = -np.expm1(-passed_s / tau_s) if tau_s > 0 else 1.0
        moved = state + gain * (probs - state)
        return moved, moved


@dataclass(frozen=True, slots=True)
class MarkovFilter:
    """The forward recursion of a hidden Markov model (Rabiner 1989, doi 10.1109/5.18626, III.A).

    Seven hidden expressions; one is left after ``dwell_s`` seconds on average, for each other with
    the same chance, so that after t seconds a belief b has become
    ``1/7 + (b - 1/7) exp(-7 t / (6 dwell_s))``. A frame then multiplies it with its own
    probabilities: the network's classes have no prior here, so they stand for the likelihood.
    Frames that follow closely repeat each other; each counts with the power
    ``1 - exp(-t / evidence_s)``, which makes the result independent of the frame rate.

    Both values are those with the lowest log loss on generated validation sequences.

    Args:
        dwell_s: how long an expression lasts on average.
        evidence_s: over how long frames are taken for repetitions.
        least: a probability counts as this at least: a single frame that is sure must not forbid a
            class for good.

    Raises:
        ConfigError: one of them is not above 0.
    """

    dwell_s: float = 0.25
    evidence_s: float = 0.1
    least: float = 1e-3
    needs_embedding: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.dwell_s < np.inf and 0 < self.evidence_s < np.inf):
            raise ConfigError(
                "dwell_s and evidence_s must be above 0. "
                f"Received: {self.dwell_s}, {self.evidence_s}."
            )

    def begin(self, probs: _Row, _embedding: NDArray[np.float32] | None) -> tuple[_Row, _Row]:
        return probs, probs

    def step(
        self, state: _Row, probs: _Row, _embedding: NDArray[np.float32] | None, passed_s: float
    ) -> tuple[_Row, _Row]:
        share = 1 / NUM_EMOTIONS
        kept = np.exp(-passed_s / ((1 - share) * self.dwell_s))
        weight = -np.expm1(-passed_s / self.evidence_s)
        belief = (share + (state - share) * kept) * np.maximum(probs, self.least) ** weight
        belief = belief / belief.sum()
        return belief, belief


class StepNetwork(Protocol):
    """What ``classification.RecurrentHead`` offers."""

    def start(self) -> NDArray[np.float32]: ...

    def step(
        self,
        state: NDArray[np.float32],
        probs: NDArray[np.floating],
        embedding: NDArray[np.float32],
        passed_s: float,
    ) -> tuple[_Row, NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True)
class RecurrentFilter:
    """A recurrent network over the embedding.

    Raises:
        ValueError: in use, where no embedding is given.
    """

    head: StepNetwork
    needs_embedding: bool = True

    def begin(self, probs: _Row, embedding: NDArray[np.float32] | None) -> tuple[_Row, Any]:
        return self.step(self.head.start(), probs, embedding, 0.0)

    def step(
        self, state: Any, probs: _Row, embedding: NDArray[np.float32] | None, passed_s: float
    ) -> tuple[_Row, Any]:
        if embedding is None:
            raise ValueError("The recurrent filter needs the embeddings of the faces.")
        return self.head.step(state, probs, embedding, passed_s)
