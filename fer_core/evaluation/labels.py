"""Three opinions on the same faces: the model's, the label's, and that of most FER+ voters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer_core.datasets.ferplus import emotion_shares, majority
from fer_core.evaluation.metrics import wilson_interval
from fer_core.labels import EMOTIONS
from fer_core.types import FloatArray, IntArray

#: Lower ends of the ranges of "share of voters who agree", each up to the next; the last holds 1.
AGREEMENT_STEPS = (0.0, 0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True)
class AgreementBin:
    """Faces on which ``low`` to ``high`` of the voters agreed, and how often the model is right.

    ``label_hits``: the model answers the set's label; ``vote_hits``: it answers the majority.
    """

    low: float
    high: float
    n: int
    label_hits: int
    vote_hits: int


@dataclass(frozen=True, slots=True)
class LabelNoise:
    """Who agrees with whom on ``n`` faces that have a FER+ majority among the seven emotions.

    The five counts sum to ``n``: ``all_agree``; ``against_label``: model and voters agree, the
    label differs; ``against_votes``: model and label agree, the voters differ; ``model_alone``:
    label and voters agree, the model differs; ``all_differ``.
    """

    n: int
    all_agree: int
    against_label: int
    against_votes: int
    model_alone: int
    all_differ: int
    by_agreement: tuple[AgreementBin, ...]

    @property
    def model_label(self) -> int:
        """Faces where model and label agree."""
        return self.all_agree + self.against_votes

    @property
    def model_votes(self) -> int:
        """Faces where model and voters agree."""
        return self.all_agree + self.against_label

    @property
    def label_votes(self) -> int:
        """Faces where label and voters agree."""
        return self.all_agree + self.model_alone

    def share_ci95(self, hits: int) -> tuple[float, float, float]:
        """Share of ``n`` with its 95 % Wilson interval."""
        return (hits / self.n, *wilson_interval(hits, self.n))


def measure_label_noise(
    answers: IntArray, labels: IntArray, votes: FloatArray, classes: Sequence[str]
) -> LabelNoise | None:
    """Compare the three; None where no face has a usable majority.

    Args:
        answers, labels: (N,) columns of ``classes``: what the model says, what the set says.
        votes: (N, 10) counts or (N, 8) shares of FER+.
        classes: names of the model's classes, all of them among ``EMOTIONS``.
    """
    columns = np.asarray([EMOTIONS.index(name) for name in classes])
    top = majority(votes)
    usable = (top >= 0) & (top < len(EMOTIONS))
    if not usable.any():
        return None
    said, label, voted = columns[answers][usable], columns[labels][usable], top[usable]
    by_label, by_votes, agree = said == label, said == voted, label == voted
    share = np.nan_to_num(emotion_shares(votes[usable])).max(axis=1)
    ends = (*AGREEMENT_STEPS[1:], 1.0 + 1e-6)
    bins = []
    for low, high in zip(AGREEMENT_STEPS, ends, strict=True):
        inside = (share >= low) & (share < high)
        hits, vote_hits = int(by_label[inside].sum()), int(by_votes[inside].sum())
        bins.append(AgreementBin(low, min(high, 1.0), int(inside.sum()), hits, vote_hits))
    return LabelNoise(
        n=int(usable.sum()),
        all_agree=int((by_label & by_votes).sum()),
        against_label=int((by_votes & ~agree).sum()),
        against_votes=int((by_label & ~agree).sum()),
        model_alone=int((agree & ~by_label).sum()),
        all_differ=int((~agree & ~by_label & ~by_votes).sum()),
        by_agreement=tuple(bins),
    )
