"""The strongest moment of each expression, found while the frames go by."""

from fer_core.analysis.document import Moment
from fer_core.labels import EMOTIONS
from fer_core.types import FrameResult

#: Neutral is no moment, and what is weaker than this is not shown.
_WATCHED = tuple(row for row, name in enumerate(EMOTIONS) if name != "neutral")
_WEAKEST = 0.35


class StrongestMoments:
    """Keeps one frame's result per expression: the one with its highest probability."""

    def __init__(self) -> None:
        self._best: dict[int, Moment] = {}

    def add(self, result: FrameResult) -> None:
        """Take in a frame; of each expression its strongest face counts."""
        if not len(result.faces):
            return
        rows = result.smoothed.argmax(axis=0).tolist()
        for column in _WATCHED:
            p = float(result.smoothed[rows[column], column])
            best = self._best.get(column)
            if p >= _WEAKEST and (best is None or p > best.probability):
                track_id = int(result.faces.track_ids[rows[column]])
                self._best[column] = Moment(EMOTIONS[column], track_id, p, result)

    def found(self) -> list[Moment]:
        """The moments found, at most six, in the order of ``EMOTIONS``."""
        return [self._best[column] for column in sorted(self._best)]
