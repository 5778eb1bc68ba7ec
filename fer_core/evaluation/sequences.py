"""How well a filter follows a face over time, measured on sequences whose expression is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fer_core.classification import Classifier
from fer_core.datasets.sequences import FaceSequence
from fer_core.labels import EMOTIONS, NUM_EMOTIONS
from fer_core.temporal import Smoother, TemporalFilter
from fer_core.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedSequence:
    """A sequence as the network sees it.

    Attributes:
        probs: (T, 7) float32, of each frame alone.
        embeddings: (T, D) float32.
        times_s: (T,) float64.
        labels: (T,) int64, what was shown.
    """

    probs: FloatArray
    embeddings: FloatArray
    times_s: NDArray[np.float64]
    labels: IntArray

    @property
    def passed_s(self) -> NDArray[np.float64]:
        """(T,) seconds since the frame before; 0 for the first."""
        return np.diff(self.times_s, prepend=self.times_s[:1])


def embed_sequences(
    classifier: Classifier, sequences: Iterable[FaceSequence]
) -> list[EmbeddedSequence]:
    """Run every crop through a classifier that was made with ``embed``."""
    found = []
    for sequence in sequences:
        probs, embeddings = classifier.predict_embedded(sequence.crops)
        found.append(EmbeddedSequence(probs, embeddings, sequence.times_s, sequence.labels))
    return found


def follow(steady: TemporalFilter, sequence: EmbeddedSequence) -> NDArray[np.float64]:
    """(T, 7): what the filter makes of a sequence, frame after frame."""
    rows = []
    state = None
    for index, (probs, embedding, passed_s) in enumerate(
        zip(sequence.probs, sequence.embeddings, sequence.passed_s, strict=True)
    ):
        row = probs.astype(np.float64)
        if index == 0:
            found, state = steady.begin(row, embedding)
        else:
            found, state = steady.step(state, row, embedding, float(passed_s))
        rows.append(found)
    return np.stack(rows)


def score_filter(steady: TemporalFilter, sequences: Iterable[EmbeddedSequence]) -> dict[str, float]:
    """Figures over all frames of all sequences.

    Returns:
        ``accuracy``: share of the frames whose most probable expression is the one shown, the
        mean of the seven classes', so that frequent ones do not decide; ``log_loss``: mean of
        the classes' mean negative log-probability in nats; ``changes``: changes of the most
        probable expression per true one, of which 1 is right; ``label_changes``: the same of the
        label that a page shows, ``unsure`` included; ``delay_s``: median seconds from a true
        change to the label that names it, where that comes before the next one.
    """
    right, loss, count = (np.zeros(NUM_EMOTIONS) for _ in range(3))
    changed = relabelled = true_changes = 0
    delays: list[float] = []
    for sequence in sequences:
        probs = follow(steady, sequence)
        top, labels = probs.argmax(axis=1), sequence.labels
        of_label = np.maximum(probs[np.arange(len(labels)), labels], 1e-6)
        np.add.at(right, labels, top == labels)
        np.add.at(loss, labels, -np.log(of_label))
        np.add.at(count, labels, 1)
        changed += int((np.diff(top) != 0).sum())
        true_changes += int((np.diff(labels) != 0).sum())
        shown = shown_labels(steady, sequence)
        relabelled += count_changes(shown)
        delays += label_delays(shown, sequence)
    seen = count > 0
    return {
        "accuracy": float((right[seen] / count[seen]).mean()),
        "log_loss": float((loss[seen] / count[seen]).mean()),
        "changes": changed / max(1, true_changes),
        "label_changes": relabelled / max(1, true_changes),
        "delay_s": float(np.median(delays)) if delays else float("nan"),
    }


def shown_labels(steady: TemporalFilter, sequence: EmbeddedSequence) -> list[str]:
    """T labels as a page would show them: steadied, then held."""
    smoother = Smoother(steady=steady)
    track = np.zeros(1, np.int64)
    return [
        smoother.update(probs[None], track, float(time_s), embedding[None])[1][0]
        for probs, time_s, embedding in zip(
            sequence.probs, sequence.times_s, sequence.embeddings, strict=True
        )
    ]


def count_changes(shown: list[str]) -> int:
    """How often the label that is shown gives way to another, ``unsure`` among them."""
    return sum(before != after for before, after in pairwise(shown))


def label_delays(shown: list[str], sequence: EmbeddedSequence) -> list[float]:
    """Seconds from each true change to the label that names it; 0 where it is there already."""
    times, labels = sequence.times_s, sequence.labels
    starts = [int(at) + 1 for at in np.flatnonzero(np.diff(labels))]
    delays = []
    for start, end in pairwise([*starts, len(labels)]):
        name = EMOTIONS[int(labels[start])]
        for at in range(start, end):
            if shown[at] == name:
                delays.append(float(times[at] - times[start]))
                break
    return delays
