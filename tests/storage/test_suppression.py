"""No two views, of one moment or of several, differ by some but fewer than k people."""

import itertools
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from fer_core.storage.suppression import Block, make_blocks, open_block

K = 3
#: (person, team, day, figure): what a view adds up.
Record = tuple[int, int, int, float]
Cells = dict[tuple[int, int], dict[int, tuple[float, ...]]]


class Dashboard:
    """Publishes by blocks, as ``storage.teams`` does, and remembers them."""

    def __init__(self) -> None:
        self.blocks: dict[tuple[int, int], list[Block]] = {}

    def records(self, cells: Cells) -> set[Record]:
        for key, cell in cells.items():
            if not self.blocks.get(key):
                self.blocks[key] = make_blocks(cell, K, ["salt"] * len(cell))
        return {
            (person, *key, figures[0])
            for key, blocks in self.blocks.items()
            for block in blocks
            for person, figures in open_block(block, cells.get(key, {}), K).items()
        }


def plain_rule(cells: Cells) -> set[Record]:
    """What many dashboards do: a cell is shown where it has at least k people."""
    return {
        (person, *key, figures[0])
        for key, cell in cells.items()
        if len(cell) >= K
        for person, figures in cell.items()
    }


def views(shown: set[Record], teams: int, days: int) -> Iterable[frozenset[Record]]:
    """Every choice of teams with every span of days."""
    for size in range(1, teams + 1):
        for chosen in itertools.combinations(range(teams), size):
            for first, last in itertools.combinations_with_replacement(range(days), 2):
                yield frozenset(r for r in shown if r[1] in chosen and first <= r[2] <= last)


def smallest_difference(found: Iterable[frozenset[Record]]) -> int:
    """People in the smallest difference, on either side, that is not empty."""
    smallest = 10**6
    for one, other in itertools.combinations(set(found), 2):
        for side in (one - other, other - one):
            if side:
                smallest = min(smallest, len({record[0] for record in side}))
    return smallest


def world(seed: int, teams: int = 2, days: int = 3, people: int = 11) -> Cells:
    rng = np.random.default_rng(seed)
    cells: Cells = {(team, day): {} for team in range(teams) for day in range(days)}
    for person in range(1, people + 1):
        team = int(rng.integers(teams))
        for day in range(days):
            if rng.random() < 0.75:
                cells[team, day][person] = (round(float(rng.random()), 3),)
    return cells


def without(cells: Cells, person: int) -> Cells:
    return {
        key: {one: figures for one, figures in cell.items() if one != person}
        for key, cell in cells.items()
    }


def moved(cells: Cells, person: int, seed: int) -> Cells:
    """The person changed teams; their old days are counted in the new one."""
    changed = {key: dict(cell) for key, cell in cells.items()}
    for (team, day), cell in cells.items():
        if person in cell:
            del changed[team, day][person]
            changed[1 - team, day][person] = cell[person]
    return changed


def joined(cells: Cells, person: int, seed: int) -> Cells:
    """Somebody new, with figures on every day, even days long published."""
    rng = np.random.default_rng(seed)
    return {
        key: ({**cell, person: (float(rng.random()),)} if key[0] == 0 else cell)
        for key, cell in cells.items()
    }


def corrected(cells: Cells, person: int, seed: int) -> Cells:
    """One sitting taken away: the same people, other figures."""
    return {
        key: {one: (f[0] / 2 if one == person else f[0],) for one, f in cell.items()}
        for key, cell in cells.items()
    }


CHANGES: dict[str, Callable[[Cells, int, int], Cells]] = {
    "leave or erase": lambda cells, person, seed: without(cells, person),
    "join": lambda cells, person, seed: joined(cells, 99, seed),
    "join with an old id between": lambda cells, person, seed: joined(
        without(cells, person), person, seed
    ),
    "change of team": moved,
    "correction": corrected,
}


@pytest.mark.parametrize("seed", range(12))
def test_all_pairs_of_views_of_one_moment(seed: int) -> None:
    shown = Dashboard().records(world(seed))
    assert smallest_difference(views(shown, 2, 3)) >= K


@pytest.mark.parametrize("change", CHANGES)
def test_all_pairs_of_views_around_one_change(change: str) -> None:
    for seed, person in itertools.product(range(4), (1, 5, 11)):
        before = world(seed)
        board = Dashboard()
        found = set(views(board.records(before), 2, 3))
        after = CHANGES[change](before, person, seed)
        found |= set(views(board.records(after), 2, 3))
        # And once more, after somebody else left: what was withheld does not come back.
        found |= set(views(board.records(without(after, 2)), 2, 3))
        assert smallest_difference(found) >= K, (seed, person)


def test_the_plain_rule_fails_the_same_search() -> None:
    """The search above finds people where they can be found."""
    before = world(0)
    found = set(views(plain_rule(before), 2, 3)) | set(views(plain_rule(without(before, 1)), 2, 3))
    assert smallest_difference(found) < K


def test_what_is_withheld_stays_away_but_others_are_shown() -> None:
    cell = {one: (one / 100,) for one in range(1, 11)}
    blocks = make_blocks(cell, K, ["a", "b", "c"])
    assert [(b.first_id, b.last_id, b.people) for b in blocks] == [(1, 3, 3), (4, 6, 3), (7, 10, 4)]
    rest = {one: figures for one, figures in cell.items() if one != 5}
    assert [len(open_block(block, rest, K)) for block in blocks] == [3, 0, 4]
    assert [len(open_block(block, cell, 4)) for block in blocks] == [0, 0, 4], "k was raised"


@pytest.mark.parametrize(("people", "blocks"), [(0, 0), (2, 0), (3, 1), (5, 1), (6, 2)])
def test_small_cells_have_no_block(people: int, blocks: int) -> None:
    cell = dict.fromkeys(range(people), (0.5,))
    made = make_blocks(cell, K, ["s"] * people)
    assert len(made) == blocks
    assert all(K <= block.people < 2 * K for block in made)


def test_impossible_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        make_blocks({1: (0.5,)}, 1, ["s"])
    with pytest.raises(ValueError, match="salt"):
        make_blocks(dict.fromkeys(range(6), (0.5,)), 3, ["s"])
