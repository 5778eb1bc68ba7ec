"""How well ids follow people: the counts that the field reports.

CLEAR MOT (Bernardin and Stiefelhagen 2008, "Evaluating multiple object tracking performance") and
the identity measures of Ristani et al. 2016 ("Performance measures and a data set for multi-target,
multi-camera tracking"). Which face belongs to whom is known here, so faces that nobody found count
for both and nothing else can be wrong but ids.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True)
class IdScores:
    """Of one sequence.

    Attributes:
        faces: that were found.
        switches: a person's next face has another id than the one before.
        mixed: ids that stood for more than one person.
        people, tracks: how many there are, and how many ids were given.
        idf1: share of the faces that keep to one id per person and one person per id, 0..1.
    """

    faces: int
    switches: int
    mixed: int
    people: int
    tracks: int
    idf1: float

    @property
    def mota(self) -> float:
        """1 less switches per face."""
        return 1 - self.switches / self.faces


def id_scores(frames: Iterable[tuple[list[int], list[int]]]) -> IdScores:
    """Scores of frames of (people, their ids)."""
    pairs: Counter[tuple[int, int]] = Counter()
    last: dict[int, int] = {}
    switches = 0
    for people, ids in frames:
        for who, track_id in zip(people, ids, strict=True):
            pairs[who, track_id] += 1
            switches += last.setdefault(who, track_id) != track_id
            last[who] = track_id
    whos, tracks = sorted({p for p, _ in pairs}), sorted({t for _, t in pairs})
    table = np.array([[pairs[who, track] for track in tracks] for who in whos])
    right = table[linear_sum_assignment(-table)].sum()
    return IdScores(
        faces=int(table.sum()),
        switches=switches,
        mixed=int(((table > 0).sum(0) > 1).sum()),
        people=len(whos),
        tracks=len(tracks),
        idf1=float(right / table.sum()),
    )
