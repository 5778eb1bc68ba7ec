"""The most alike of many vectors: an inverted file (Sivic and Zisserman 2003), of plain numpy.

The vectors are grouped around centres; a query is compared with the groups of its nearest centres
only, which is a twentieth of the work and misses hardly any that are much alike.
"""

from typing import Final

import numpy as np

from fer_core.types import FloatArray, IntArray

#: Below so many vectors all are compared.
_FEW: Final = 1000
#: Rounds of moving the centres (Lloyd's algorithm), and groups that a query looks into.
_ROUNDS: Final = 4
_PROBES: Final = 3
#: Queries that are compared at once.
_AT_ONCE: Final = 16_384


class VectorIndex:
    """Vectors of length 1, compared by the size of their product: opposite ones are alike, too.

    Args:
        vectors: (N, D) float32, N at least 1.
    """

    def __init__(self, vectors: FloatArray) -> None:
        count = 1 if len(vectors) < _FEW else int(1.5 * len(vectors) ** 0.5)
        chosen = np.random.default_rng(0).choice(len(vectors), count, replace=False)
        self._centers = vectors[chosen]
        for _ in range(_ROUNDS if count > 1 else 0):
            self._move_centers(vectors)
        groups = np.abs(vectors @ self._centers.T).argmax(axis=1)
        self._rows = [np.flatnonzero(groups == group) for group in range(count)]
        self._vectors = [vectors[rows] for rows in self._rows]

    def _move_centers(self, vectors: FloatArray) -> None:
        alike = vectors @ self._centers.T
        groups = np.abs(alike).argmax(axis=1)
        signs = np.sign(np.take_along_axis(alike, groups[:, None], axis=1))
        moved = np.zeros_like(self._centers)
        np.add.at(moved, groups, vectors * signs)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        self._centers = np.where(lengths > 0, moved / np.maximum(lengths, 1e-9), self._centers)

    def most_alike(self, queries: FloatArray) -> tuple[FloatArray, IntArray]:
        """(Q,) each: the product of the largest size that was found, and with which row."""
        if len(queries) > _AT_ONCE:  # so that memory does not grow with their number
            parts = [
                self.most_alike(queries[start : start + _AT_ONCE])
                for start in range(0, len(queries), _AT_ONCE)
            ]
            return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
        values = np.zeros(len(queries), np.float32)
        rows = np.zeros(len(queries), np.int64)
        count = len(self._centers)
        near = np.abs(queries @ self._centers.T)
        probes = np.argpartition(near, -min(_PROBES, count), axis=1)[:, -_PROBES:].ravel()
        asking = np.repeat(np.arange(len(queries)), min(_PROBES, count))
        order = np.argsort(probes, kind="stable")
        ends = np.searchsorted(probes[order], np.arange(count + 1))
        for group in range(count):
            who = asking[order[ends[group] : ends[group + 1]]]
            if not len(who) or not len(self._rows[group]):
                continue
            alike = queries[who] @ self._vectors[group].T
            best = np.abs(alike).argmax(axis=1)
            found = np.take_along_axis(alike, best[:, None], axis=1)[:, 0]
            better = np.abs(found) > np.abs(values[who])
            values[who[better]] = found[better]
            rows[who[better]] = self._rows[group][best[better]]
        return values, rows
