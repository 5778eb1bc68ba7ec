"""A model against the FER+ votes of the same images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer_core.datasets.ferplus import emotion_shares, majority
from fer_core.evaluation.metrics import kl_divergence
from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS
from fer_core.types import FloatArray


@dataclass(frozen=True, slots=True)
class FerPlusFigures:
    """Figures against the FER+ majority.

    Attributes:
        n: images with a majority; 'unknown', 'no face' and ties for the top are dropped.
        accuracy: over these, of the arg-max over the output's classes; a class that the output
            lacks (contempt, mostly) can only be missed.
        n7, accuracy7: images whose majority is one of the seven emotions, and the arg-max over
            these.
        kl: mean KL(votes || probabilities) in nats over the ``n`` images; the votes are shared
            out over the classes that the output has, images without a vote for these left out.
    """

    n: int
    accuracy: float
    n7: int
    accuracy7: float
    kl: float


def score_ferplus(
    votes: FloatArray, probs: FloatArray, classes: Sequence[str]
) -> FerPlusFigures | None:
    """Score probabilities against votes; None where no image has a majority.

    Args:
        votes: (N, 10) counts or (N, 8) shares, as in ``FaceSet.votes``.
        probs: (N, C) of the output, rows sum to 1.
        classes: names of its C columns, of ``FERPLUS_EMOTIONS``.
    """
    top = majority(votes)
    known = top >= 0
    if not known.any():
        return None
    columns = np.asarray([FERPLUS_EMOTIONS.index(name) for name in classes])
    hits = columns[probs.argmax(axis=1)] == top
    seven = columns < len(EMOTIONS)
    known7 = known & (top < len(EMOTIONS))
    hits7 = columns[seven][probs[:, seven].argmax(axis=1)] == top
    shares = emotion_shares(votes)[:, columns]
    total = np.nan_to_num(shares).sum(axis=1)
    usable = known & (total > 0)
    return FerPlusFigures(
        n=int(known.sum()),
        accuracy=float(hits[known].mean()),
        n7=int(known7.sum()),
        accuracy7=float(hits7[known7].mean()) if known7.any() else float("nan"),
        kl=kl_divergence(shares[usable] / total[usable, None], probs[usable])
        if usable.any()
        else float("nan"),
    )
