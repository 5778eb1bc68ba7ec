"""FER+ votes: ten taggers for each face of FER-2013 (Barsoum et al. 2016, arXiv 1608.01041)."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.datasets.names import parse_split
from fer_core.errors import DataError
from fer_core.labels import FERPLUS_EMOTIONS
from fer_core.types import FloatArray, IntArray

#: Columns of the raw votes: the eight emotions, then 'unknown' and 'no face'.
VOTE_COLUMNS: Final[tuple[str, ...]] = (*FERPLUS_EMOTIONS, "unknown", "NF")

_HEADER_OF: Final = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprise": "surprise",
    "neutral": "neutral",
    "contempt": "contempt",
    "unknown": "unknown",
    "NF": "NF",
}
_TAGGERS: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class VoteTable:
    """The votes file: row i belongs to row i of the original ``fer2013.csv``.

    Attributes:
        path: where it was read.
        votes: (M, 10) float32 counts, columns ``VOTE_COLUMNS``.
        splits: (M,) str, the split of each row.
    """

    path: Path
    votes: FloatArray
    splits: NDArray[np.str_]

    def join(self, rows: IntArray, splits: NDArray[np.str_], source: str) -> FloatArray:
        """(N, 10) float32: the votes of ``rows``.

        Raises:
            DataError: a row is not in the table, or stands there in another split.
        """
        outside = (rows < 0) | (rows >= len(self.votes))
        if outside.any():
            raise DataError(
                f"{self.path} has {len(self.votes)} rows of votes, so none for row "
                f"{int(rows[outside][0])} of {source}: the two files do not belong together."
            )
        other = self.splits[rows] != splits
        if other.any():
            at = int(np.flatnonzero(other)[0])
            raise DataError(
                f"Row {int(rows[at])} is in {splits[at]} in {source} but in "
                f"{self.splits[rows[at]]} in {self.path}: the two files do not belong together."
            )
        return np.asarray(self.votes[rows], np.float32)


def read_votes(path: Path) -> VoteTable:
    """Read ``fer2013new.csv``.

    Raises:
        DataError: a column is missing, a row is too short, or a count is not 0..10.
    """
    votes: list[list[int]] = []
    splits: list[str] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            wanted = ["Usage", *(_HEADER_OF[name] for name in VOTE_COLUMNS)]
            missing = [name for name in wanted if name not in header]
            if missing:
                raise DataError(
                    f"{path} lacks the column {missing[0]!r} of FER+. "
                    f"Received: {', '.join(header)}."
                )
            at = [header.index(name) for name in wanted]
            for row, cells in enumerate(reader):
                where = f"{path}, row {row} (line {reader.line_num})"
                if len(cells) != len(header):
                    raise DataError(
                        f"{where} has {len(cells)} cells where the header has {len(header)}."
                    )
                split = parse_split(cells[at[0]])
                if split is None:
                    raise DataError(
                        f"{where}: Usage must be Training, PublicTest or PrivateTest. "
                        f"Received: {cells[at[0]]!r}."
                    )
                values = [cells[i].strip() for i in at[1:]]
                bad = [v for v in values if not v.isdecimal() or int(v) > _TAGGERS]
                if bad:
                    raise DataError(
                        f"{where}: a count of votes must be 0..{_TAGGERS}. Received: {bad[0]!r}."
                    )
                votes.append([int(v) for v in values])
                splits.append(split)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read as a csv file of FER+ votes: {error}.") from error
    if not votes:
        raise DataError(f"{path} has a header but no row of votes.")
    return VoteTable(path, np.asarray(votes, np.float32), np.asarray(splits))


def emotion_shares(votes: FloatArray) -> FloatArray:
    """Votes (N, 10) or shares (N, 8) -> shares (N, 8) float32 over ``FERPLUS_EMOTIONS``.

    'Unknown' and 'no face' are left out of the sum; rows without any other vote are NaN.
    """
    emotions = np.asarray(votes[:, : len(FERPLUS_EMOTIONS)], np.float32)
    total = emotions.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(total > 0, emotions / total, np.nan)
    return np.asarray(shares, np.float32)


def majority(votes: FloatArray) -> IntArray:
    """Top vote (N,) int64 as an index into ``FERPLUS_EMOTIONS``; -1 where there is none.

    There is none where 'unknown' or 'no face' wins, where the top is shared, or without votes.
    """
    n = len(votes)
    if n == 0:
        return np.zeros(0, np.int64)
    filled = np.nan_to_num(votes, nan=0.0)
    top = filled.max(axis=1)
    winner = filled.argmax(axis=1)
    is_tie = (filled == top[:, None]).sum(axis=1) > 1
    dropped = is_tie | (top <= 0) | (winner >= len(FERPLUS_EMOTIONS))
    return np.where(dropped, -1, winner).astype(np.int64)
