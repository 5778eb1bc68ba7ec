"""Who is where after a cut, or after a call has arranged its tiles anew.

A tracker follows places. Where the picture changes at once that hands ids to whoever sits there
now; where tiles glide, it loses them. So what each face and its surroundings look like is compared
with the frame before: who looks unlike at their place is looked for at those of all others, and
takes their id along if found there clearly. It is the picture that is compared; nobody is
recognised.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.analysis.appearance import Search, SeenFrame, likeness, look_at, surroundings
from fer_core.imaging.frame import Frame
from fer_core.tracking.matching import assign
from fer_core.tracking.tracker import Track, Tracker
from fer_core.types import Faces, ImageArray

#: Likeness from which on it is the same picture, and by how much it must be above every other that
#: counts. Measured on generated calls: 0.95 to 0.98 at 25 frames a second, also between two sizes;
#: 0.50 (median) to 0.91 between others. Of 3,000 pairs of FER-2013's faces before one wall: two.
_ALIKE: Final = 0.9
_CLEARER: Final = 0.05
#: Whoever is missing is a face that nobody else is, where so much alike and by so much the most:
#: half a tile may lie on it. The second where the tiles are known to be arranged anew.
_MISSING: Final = 0.78
_LEFT_OVER: Final = 0.7
_FAR_CLEARER: Final = 0.1
#: Who comes back looks a little otherwise; between two people it is rarer than one pair in 300.
_BACK: Final = 0.82
_JUST_S: Final = 0.5
#: A face that is another one from one frame to the next, in a place whose surroundings are others,
#: too: a cut in this place. In more time people move.
_UNLIKE: Final = 0.6
_OTHER_PLACE: Final = 0.5
_SOON_S: Final = 0.1
#: A look is remembered so long, to find who comes back; looks per face, so far apart at least.
MEMORY_S: Final = 60.0
_LOOKS: Final = 6
_APART_S: Final = 0.5
#: Of so many people at most, who were seen last; whoever is away and so unlike is not tried in
#: other sizes (of those who reach 0.7 in any size, all have 0.64 in the first).
_REMEMBERED: Final = 60
_FAR_FROM: Final = 0.5
#: Who was seen in fewer frames is no rival to others, and gives way to who is missing: they may be
#: somebody who was not found again at once.
_SETTLED: Final = 5
#: More faces than these at once are a crowd, not a call.
_MOST: Final = 60

Boxes = NDArray[np.float64]
Pair = tuple[Track, int]


@dataclass(slots=True)
class _Memory:
    """What somebody looked like, newest last, and when that was (the file's time)."""

    looks: list[ImageArray]
    times_s: list[float]
    box: Boxes
    around: NDArray[np.float64] | None
    seen_s: float
    frames: int = 0

    def add(self, look: ImageArray, time_s: float) -> None:
        """Keep a look; the newest is replaced until it is some time after the one before."""
        if len(self.looks) > 1 and self.times_s[-1] - self.times_s[-2] < _APART_S:
            del self.looks[-1], self.times_s[-1]
        self.frames += 1
        self.looks.append(look)
        self.times_s.append(time_s)
        del self.looks[:-_LOOKS], self.times_s[:-_LOOKS]


class PictureTracker(Tracker):
    """A tracker of files that looks at the picture as well; arguments as of ``Tracker``.

    However few frames there are, people are remembered by the file's time: ``max_step_s`` is for
    how they move.
    """

    def reset(self) -> None:
        """Forget every face, and what it looked like."""
        super().reset()
        self._memory: dict[int, _Memory] = {}
        self._time_s = 0.0
        self._picture: SeenFrame | None = None
        self._is_cut = False

    def see(self, frame: Frame, *, is_cut: bool = False) -> None:
        """The frame whose faces come with the next ``update``; ``is_cut``: it begins a scene."""
        self._picture, self._is_cut = SeenFrame(frame.luma()), is_cut

    def update(self, faces: Faces, time_s: float) -> Faces:
        """As ``Tracker.update``; faces that were found again elsewhere have their ids there."""
        if self._stamp is not None and math.isfinite(time_s):
            self._time_s += max(0.0, time_s - self._stamp)
        self._forget()
        found = super().update(faces, time_s)
        if self._is_cut and not (found.track_ids >= 0).any():
            self._tracks = []
        if self._picture is not None:
            self._note(self._picture, found)
        self._picture, self._is_cut = None, False
        return found

    # --- what is remembered -----------------------------------------------------------------------

    def _note(self, picture: SeenFrame, faces: Faces) -> None:
        ids = faces.track_ids
        for row in np.flatnonzero(ids >= 0)[:_MOST]:
            who, box = int(ids[row]), faces.boxes[row].astype(np.float64)
            if who in self._memory:
                self._memory[who].seen_s = self._time_s
            look = look_at(picture, box)
            if look is None:
                continue
            around = surroundings(picture, box)
            memory = self._memory.setdefault(who, _Memory([], [], box, around, self._time_s))
            memory.box, memory.around = box, around
            memory.add(look, self._time_s)

    def _forget(self) -> None:
        """Who was away for too long, and who was seen before many others."""
        latest = sorted(self._memory, key=lambda who: self._memory[who].times_s[-1])
        kept = set(latest[-_REMEMBERED:])
        last = {int(who) for who in self._last.track_ids}
        self._memory = {
            who: memory
            for who, memory in self._memory.items()
            if who in kept and (who in last or self._time_s - memory.times_s[-1] <= MEMORY_S)
        }

    def _likeness(self, track_id: int, search: Search) -> float:
        """Of somebody's last look, or, where they were away, of any; NaN where nothing tells."""
        memory = self._memory.get(track_id)
        if memory is None:
            return float("nan")
        quick = _ALIKE + _CLEARER
        if any(track.track_id == track_id for track in self._tracks):
            return likeness(memory.looks[-1], search, quick=quick)
        return max(likeness(look, search, quick=quick, least=_FAR_FROM) for look in memory.looks)

    # --- who is where -----------------------------------------------------------------------------

    def _pair(self, boxes: Boxes) -> list[Pair]:
        pairs = super()._pair(boxes)
        if self._picture is None:
            return pairs
        if len(boxes) > _MOST:
            return self._by_place(pairs)
        searches = [Search(self._picture, box) for box in boxes]
        own = {row: self._likeness(track.track_id, searches[row]) for track, row in pairs}
        sure = [] if self._is_cut else [pair for pair in pairs if not own[pair[1]] < _ALIKE]
        if self._is_missing({track.track_id for track, _ in sure}):
            sure = [pair for pair in sure if not self._is_young(pair[0].track_id)]
        doubtful = [pair for pair in pairs if pair not in sure]
        rows = sorted(set(range(len(boxes))) - {row for _, row in sure})
        whos = [who for who in self._memory if who not in {t.track_id for t, _ in sure}]
        if not rows or not whos:
            return self._by_place(pairs)
        here = {track.track_id: track for track in self._tracks}
        table = np.array([[self._likeness(who, searches[row]) for row in rows] for who in whos])
        table = np.nan_to_num(table, nan=-1.0)
        places = {
            (whos.index(track.track_id), rows.index(row))
            for track, row in doubtful
            if track.track_id in whos
        }
        is_young = np.array([self._is_young(who) for who in whos])
        if is_young.all():
            is_young[:] = False
        elder = table[~is_young].max(axis=0) >= _ALIKE
        table[np.ix_(is_young, elder)] -= _FAR_CLEARER
        young = np.flatnonzero(is_young).tolist()
        found = _clear_pairs(table, _CLEARER, _ALIKE, places, young)
        is_arranged = any(pair not in places for pair in found)
        if self._is_cut and not any(
            whos[who] in here and _is_elsewhere(here[whos[who]], boxes[rows[row]])
            for who, row in found
        ):  # another scene: who was seen a moment ago is not in it, others come back
            self._tracks = []
            found = [(who, row) for who, row in found if whos[who] not in here]
            return [
                (self._place(None, whos[who], boxes[rows[row]]), rows[row]) for who, row in found
            ]
        for who, row in found:
            table[who, :] = table[:, row] = -1.0
        claimed = {whos[who] for who, _ in found}, {rows[row] for _, row in found}
        stay = [
            (track, row)
            for track, row in doubtful
            if track.track_id not in claimed[0]
            and row not in claimed[1]
            and not self._is_cut_here(track, own[row], anytime=is_arranged)
        ]
        staying = {track.track_id for track, _ in stay}, {row for _, row in stay}
        table[[who in staying[0] for who in whos], :] = -1.0
        table[:, [row in staying[1] for row in rows]] = -1.0
        just = np.array([w in here and self._unseen_s(w) <= _JUST_S for w in whos])
        least = np.where(just, _LEFT_OVER if is_arranged else _MISSING, _BACK)
        found += _clear_pairs(table, _FAR_CLEARER, least[:, None], (), young)
        self._part({track for track, _ in doubtful} - {track for track, _ in stay})
        for who, row in found:
            track = self._place(here.get(whos[who]), whos[who], boxes[rows[row]])
            stay.append((track, rows[row]))
        return sure + stay

    def _by_place(self, pairs: list[Pair]) -> list[Pair]:
        """By place alone; in another scene nobody is."""
        if not self._is_cut:
            return pairs
        self._tracks = []
        return []

    def _unseen_s(self, track_id: int) -> float:
        return self._time_s - self._memory[track_id].seen_s

    def _is_young(self, track_id: int) -> bool:
        memory = self._memory.get(track_id)
        return memory is not None and memory.frames < _SETTLED

    def _is_missing(self, seen: set[int]) -> bool:
        """Whether there is somebody, not seen for a moment only, besides these."""
        return any(who not in seen and not self._is_young(who) for who in self._memory)

    def _is_cut_here(self, track: Track, own: float, *, anytime: bool) -> bool:
        """Whether somebody else is in a place; ``anytime``: where tiles are arranged anew."""
        memory = self._memory.get(track.track_id)
        if (
            memory is None
            or self._picture is None
            or not own < (_LEFT_OVER if anytime else _UNLIKE)
        ):
            return False
        if self._unseen_s(track.track_id) > _SOON_S and not anytime:
            return False
        around = surroundings(self._picture, memory.box)
        if around is None or memory.around is None:
            return False
        return float((around * memory.around).mean()) < _OTHER_PLACE

    def _place(self, track: Track | None, track_id: int, box: Boxes) -> Track:
        """Somebody's track, begun anew at a box unless it is there."""
        if track is None or _is_elsewhere(track, box):
            self._part({track} if track is not None else set())
            track = Track.begin(track_id, box, self._now)
        if track not in self._tracks:
            self._tracks.append(track)
        return track

    def _part(self, tracks: set[Track]) -> None:
        """No longer follow these; what they look like is remembered."""
        self._tracks = [track for track in self._tracks if track not in tracks]


def _clear_pairs(
    table: NDArray[np.float64],
    margin: float,
    least: float | NDArray[np.float64],
    places: Collection[tuple[int, int]],
    young: Collection[int],
) -> list[tuple[int, int]]:
    """Who (W) is in which row (R) of a table of likeness (W, R): clearly so, each one once.

    Args:
        table: likeness.
        margin: by so much above all others of its row and column.
        least: likeness from which on it is them.
        places: where people were, which needs no margin.
        young: of the whos, those who are no rivals.
    """
    if not table.size:
        return []
    clear = table >= least
    for who, row in zip(*np.nonzero(clear), strict=True):
        others = [*np.delete(table[who], row), *np.delete(table[:, row], [who, *young])]
        more = 0.0 if (who, row) in places else margin
        clear[who, row] = all(table[who, row] >= other + more for other in others)
    return assign(-table, clear)


def _is_elsewhere(track: Track, box: Boxes) -> bool:
    """Whether a box is beyond where a track is looked for, or of another size."""
    size = float((box[2:] - box[:2]).mean())
    apart = float(np.linalg.norm((box[:2] + box[2:]) / 2 - track.motion.position))
    return apart > 0.5 * track.size or not 0.8 < size / track.size < 1.25
