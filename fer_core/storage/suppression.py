"""What of a team may be shown, so that no two views can be subtracted to find one person.

A *cell* is one team on one day that is over. Its people, in the order of their ids, are cut into
*blocks* of at least k; each block is sealed by a digest of who is in it and of their figures.
Every view (a day, a month, a team, all teams) adds up whole blocks and nothing else:

- Two views of one moment differ by whole blocks: by nobody, or by at least k people. This is what
  complementary suppression is for; a total that holds more than its published parts never exists.
- Two moments: a block is shown with the figures it was published with, or not at all. Whoever
  joins later, leaves, erases or changes anything in between takes the whole block away, whose sum
  was known before; what is left of it is never shown again.

People whom no block holds (fewer than k in the cell) are in no view, in no total either. The
principle: Cox 1980, "Suppression Methodology and Statistical Disclosure Control" (JASA 75(370)).
It does not help against somebody who joins under many pseudonyms.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: What one person adds to a cell, in whatever order the caller keeps to.
Figures = tuple[float, ...]
#: Sums of the same rows differ by rounding where a database adds them in another order.
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Block:
    """People of a cell who are shown together or not at all.

    Attributes:
        first_id, last_id: the range of ids.
        people: how many they were when it was made.
        salt: random text, so that the seal tells nothing to who tries figures.
        seal: digest of ids and figures; empty once they came to differ.
    """

    first_id: int
    last_id: int
    people: int
    salt: str
    seal: str


def make_blocks(cell: Mapping[int, Figures], k: int, salts: Sequence[str]) -> list[Block]:
    """Blocks of k to 2k - 1 people each; none where the cell has fewer than k.

    Args:
        cell: id to figures.
        k: people in a block, at least.
        salts: a random text for each block, at least ``len(cell) // k``.

    Raises:
        ValueError: k below 2, or too few salts.
    """
    if k < 2 or len(salts) < len(cell) // k:
        raise ValueError(f"k is at least 2, and each block has a salt. Received: {k}, {len(salts)}")
    ids = sorted(cell)
    count = len(ids) // k
    blocks = []
    for place in range(count):
        last = len(ids) if place == count - 1 else (place + 1) * k
        inside = ids[place * k : last]
        salt = salts[place]
        seal = seal_of({one: cell[one] for one in inside}, salt)
        blocks.append(Block(inside[0], inside[-1], len(inside), salt, seal))
    return blocks


def seal_of(people: Mapping[int, Figures], salt: str) -> str:
    """Digest (64 hex digits) of who is in it and with which figures, to four decimals."""
    lines = [
        f"{one}:" + ",".join(f"{number:.{_DECIMALS}f}" for number in people[one])
        for one in sorted(people)
    ]
    return hashlib.sha256("\n".join([salt, *lines]).encode()).hexdigest()


def open_block(block: Block, cell: Mapping[int, Figures], k: int) -> dict[int, Figures]:
    """The people of the block with their figures; empty where they may not be shown.

    Args:
        block: as published.
        cell: the cell as it is now.
        k: as it is now; a block made under a smaller one stays closed.
    """
    inside = {one: cell[one] for one in sorted(cell) if block.first_id <= one <= block.last_id}
    if block.people < k or not is_intact(block, inside):
        return {}
    return inside


def is_intact(block: Block, inside: Mapping[int, Figures]) -> bool:
    """Whether the block's people and figures are those that were sealed."""
    return bool(block.seal) and block.seal == seal_of(inside, block.salt)
