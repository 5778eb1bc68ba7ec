"""The days of teams as they may be shown: whole blocks of people, sealed when first published."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from fer_core.storage.block_table import TeamBlock
from fer_core.storage.database import dialect_insert
from fer_core.storage.sittings import KIND
from fer_core.storage.sums import Sums, sum_buckets
from fer_core.storage.suppression import Block, Figures, is_intact, make_blocks, open_block
from fer_core.storage.tables import CheckIn, Person

#: Seconds of a valid face that a person needs to count on a day.
MIN_VALID_S = 20.0
#: A sitting in a room that nobody ended.
_LONGEST_LESSON_S = 86_400
#: Starts of days lie so far apart at least, where clocks are put forward.
_SHORTEST_DAY_S = 23 * 3600
#: Two that publish at once must not cut the same cell in two ways. Any number.
_LOCK = 0x5465616D
#: In the place of a team's id, for persons without one.
NO_TEAM = 0


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person's day, within a block that may be shown.

    Attributes:
        team: id, or ``NO_TEAM``.
        day_s: start of the day, UTC seconds.
        sums: of the day.
    """

    team: int
    day_s: int
    sums: Sums


def publish_days(
    session: Session, *, days: Sequence[tuple[int, int]], agreed_to: tuple[str, str], k: int
) -> list[PersonDay]:
    """What may be shown of days that are over, of all teams; the caller shows sums only.

    Days of which nothing was shown yet are cut into blocks and sealed, in all teams at once; of the
    others, what is not as it was sealed is withheld from now on. Nobody's day is ever in a second
    block: two that overlap could be subtracted.

    Args:
        session: that writes.
        days: (start, end) in UTC seconds, over for good, always of the same time zone.
        agreed_to: purpose and version of the text in force; who agreed to it counts.
        k: people in a block, at least.
    """
    if not days:
        return []
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    found = _sums_of_people(session, days, agreed_to)
    teams = {row[0]: row[1] for row in session.execute(select(Person.id, Person.team_id))}
    lessons = _days_with_lessons(session, days)
    cells: dict[tuple[int, int], dict[int, Sums]] = {}
    for sums in found:
        if sums.valid_s >= MIN_VALID_S and (sums.person_id, sums.bucket) not in lessons:
            key = (teams.get(sums.person_id) or NO_TEAM, days[sums.bucket][0])
            cells.setdefault(key, {})[sums.person_id] = sums
    _seal_new(session, cells, [start for start, _ in days], k)
    shown = []
    for row in _load_blocks(session, [start for start, _ in days]):
        cell = cells.get((row.team, row.day_s), {})
        figures = {one: _figures(sums) for one, sums in cell.items()}
        block = Block(row.first_id, row.last_id, row.people, row.salt, row.seal)
        inside = {
            one: numbers for one, numbers in figures.items() if row.first_id <= one <= row.last_id
        }
        if row.seal and not is_intact(block, inside):
            _withhold(session, row)
            continue
        shown += [
            PersonDay(row.team, row.day_s, cell[one]) for one in open_block(block, figures, k)
        ]
    return shown


def _sums_of_people(
    session: Session, days: Sequence[tuple[int, int]], agreed_to: tuple[str, str]
) -> list[Sums]:
    """What people showed; check-ins whose face never moved like a person's are taken out."""
    still = {
        (sums.person_id, sums.bucket): sums
        for sums in sum_buckets(session, buckets=days, agreed_to=agreed_to, of_still=True)
    }
    return [
        sums.without(still[key]) if (key := (sums.person_id, sums.bucket)) in still else sums
        for sums in sum_buckets(session, buckets=days, agreed_to=agreed_to)
    ]


def _days_with_lessons(session: Session, days: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """(person, index of the day) where samples of a room lie among the others in the sums.

    What somebody showed in a lesson is none of a team's business: such a day does not count.
    """
    end = func.coalesce(CheckIn.ended_s, CheckIn.started_s + _LONGEST_LESSON_S)
    rows = session.execute(
        select(CheckIn.person_id, CheckIn.started_s, end).where(
            CheckIn.kind == KIND, end >= min(start for start, _ in days)
        )
    ).all()
    return {
        (person_id, index)
        for person_id, started_s, ended_s in rows
        for index, (start, stop) in enumerate(days)
        if started_s < stop and ended_s >= start
    }


def _figures(sums: Sums) -> Figures:
    return (float(sums.seconds), sums.valid_s, *sums.probs.tolist())


def _load_blocks(session: Session, starts: Sequence[int]) -> list[TeamBlock]:
    return list(
        session.scalars(
            select(TeamBlock)
            .where(TeamBlock.day_s.in_(starts))
            .order_by(TeamBlock.day_s, TeamBlock.team, TeamBlock.first_id)
        )
    )


def _seal_new(
    session: Session,
    cells: dict[tuple[int, int], dict[int, Sums]],
    starts: Sequence[int],
    k: int,
) -> None:
    # Not by team: who changes teams would be cut anew, with others. Nor a day that begins at
    # another hour, after the server's time zone was changed: it has hours of one that was shown.
    known = set(
        session.scalars(
            select(TeamBlock.day_s).where(
                TeamBlock.day_s > min(starts) - _SHORTEST_DAY_S,
                TeamBlock.day_s < max(starts) + _SHORTEST_DAY_S,
            )
        )
    )
    rows = []
    for (team, day_s), cell in cells.items():
        if any(abs(day_s - one) < _SHORTEST_DAY_S for one in known):
            continue
        figures = {one: _figures(sums) for one, sums in cell.items()}
        salts = [secrets.token_hex(16) for _ in range(len(cell) // k)]
        rows += [
            {
                "team": team,
                "day_s": day_s,
                "first_id": block.first_id,
                "last_id": block.last_id,
                "people": block.people,
                "salt": block.salt,
                "seal": block.seal,
            }
            for block in make_blocks(figures, k, salts)
        ]
    if rows:  # another process may just have done the same
        session.execute(dialect_insert(session, TeamBlock).on_conflict_do_nothing(), rows)


def _withhold(session: Session, row: TeamBlock) -> None:
    session.execute(
        update(TeamBlock)
        .where(
            TeamBlock.team == row.team,
            TeamBlock.day_s == row.day_s,
            TeamBlock.first_id == row.first_id,
        )
        .values(seal="")
    )
