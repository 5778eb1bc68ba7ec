"""A new head on frozen features: multinomial logistic regression that starts from the old head.

A few dozen faces cannot teach a network what a face is, but they can move its last layer. The
weights are pulled towards those of the old head, so that a class that was hardly recorded stays
known: minimise the mean cross-entropy in nats plus ``PULL / 2 * |W - W0|^2``, with the features
scaled to a mean squared length of 1, which makes ``PULL`` independent of the network. The objective
is convex; L-BFGS (Liu and Nocedal 1989, Mathematical Programming 45) finds its minimum in well
under a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from fer_core.errors import DataError
from fer_core.types import FloatArray, IntArray

#: How strongly the new head may be held at the old one; held-out faces choose. A strong pull suits
#: faces of many people, a weak one many takes of the same person.
PULLS: Final = (0.1, 0.03, 0.01, 0.003, 0.001)
#: More people than this are held out several at a time.
MOST_FOLDS: Final = 20
_STEPS: Final = 100

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Logits are ``features @ weights + bias``.

    Attributes:
        weights: (features, classes) float32; bias: (classes,) float32.
    """

    weights: FloatArray
    bias: FloatArray

    def logits(self, features: FloatArray) -> FloatArray:
        """(N, classes) float32 of features (N, features)."""
        return np.asarray(features @ self.weights + self.bias, np.float32)


def fit_head(features: FloatArray, labels: IntArray, start: Head, *, pull: float) -> Head:
    """The head that fits (N, features) to labels (N,), every class that occurs weighing alike.

    Raises:
        DataError: fewer than two classes.
    """
    present, counts = np.unique(labels, return_counts=True)
    if len(present) < 2:
        raise DataError(
            "A head needs faces of at least two expressions. "
            f"Received: {len(labels)} faces of {len(present)}."
        )
    weight_of = np.zeros(len(start.bias))
    weight_of[present] = 1 / (len(present) * counts)
    share = weight_of[labels]
    x = np.asarray(features, np.float64)
    scale = float(np.sqrt((x * x).sum(axis=1).mean())) or 1.0
    x = np.hstack([x / scale, np.ones((len(x), 1))])
    begin = np.vstack([start.weights * scale, start.bias]).astype(np.float64)
    hot = np.eye(begin.shape[1])[labels]

    def loss(flat: Float64Array) -> tuple[float, Float64Array]:
        theta = flat.reshape(begin.shape)
        scores = x @ theta
        away = theta - begin
        value = -(share[:, None] * hot * log_softmax(scores, axis=1)).sum()
        value += pull / 2 * (away * away).sum()
        slope = x.T @ (share[:, None] * (softmax(scores, axis=1) - hot)) + pull * away
        return float(value), slope.ravel()

    found = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    theta = found.x.reshape(begin.shape)
    return Head(np.asarray(theta[:-1] / scale, np.float32), np.asarray(theta[-1], np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What heads say of faces that they did not see.

    Attributes:
        logits: (N, classes) float32; each face by a head trained without its group, with the pull
            that was best on the other groups.
        pull: the best on all groups, for the head that is trained on all faces.
        folds: how many heads that took for each pull.
    """

    logits: FloatArray
    pull: float
    folds: int


def hold_groups_out(
    features: FloatArray,
    mirrored: FloatArray,
    labels: IntArray,
    groups: Sequence[str] | NDArray[np.str_],
    start: Head,
) -> HeldOut:
    """Hold every group out in turn, and choose the pull.

    A group's own labels have no say in the pull that its faces are scored with. Where all others
    together show one expression only, they teach nothing: the old head scores.

    Args:
        features, mirrored: (N, features) of the faces and of their mirror images; both train.
        groups: (N,) such as participants.

    Raises:
        DataError: fewer than two groups, or fewer than two classes.
    """
    names = np.asarray(groups)
    distinct = np.unique(names)
    if len(distinct) < 2:
        raise DataError(f"Holding out needs at least two groups. Received: {len(distinct)}.")
    if len(np.unique(labels)) < 2:
        raise DataError("A head needs faces of at least two expressions. Received: one.")
    folds = [
        np.isin(names, part) for part in np.array_split(distinct, min(len(distinct), MOST_FOLDS))
    ]
    logits = np.empty((len(PULLS), len(labels), len(start.bias)), np.float32)
    for out in folds:
        both = np.concatenate([features[~out], mirrored[~out]])
        teaches = len(np.unique(labels[~out])) > 1
        for row, pull in enumerate(PULLS):
            head = start
            if teaches:
                head = fit_head(both, np.tile(labels[~out], 2), start, pull=pull)
            logits[row, out] = head.logits(features[out])
    hits = logits.argmax(2) == labels
    chosen = np.empty(logits.shape[1:], np.float32)
    for out in folds:
        chosen[out] = logits[int(hits[:, ~out].mean(axis=1).argmax()), out]
    return HeldOut(chosen, PULLS[int(hits.mean(axis=1).argmax())], len(folds))
