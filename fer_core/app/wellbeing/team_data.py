"""What the tab 'Team' shows: the real one for managers, the demonstration for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from fer_core.access import Role
from fer_core.app.access.rights import current_access
from fer_core.app.language.spoken import tr
from fer_core.app.wellbeing.consent import Terms
from fer_core.config import settings
from fer_core.storage import audit, persons, shared_store
from fer_core.storage.choices import SHARED_PURPOSES, current_purpose
from fer_core.storage.teams import NO_TEAM, publish_days
from fer_core.wellbeing.days import bounds_of, past_days
from fer_core.wellbeing.demo import TEAMS, make_demo
from fer_core.wellbeing.team import Day, TeamSums, add_up


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """Days of teams, of whole blocks only.

    Attributes:
        dates: all days looked at, oldest first.
        teams: (id, name), of all that there are.
        sums: (team's id, date) to the sums over its people.
        is_shared: whether the purpose lets figures of others be shown at all.
    """

    dates: tuple[date, ...]
    teams: tuple[tuple[int, str], ...]
    sums: dict[tuple[int, date], TeamSums]
    is_shared: bool = True

    def select(self, dates: Sequence[date], team: int | None = None) -> list[TeamSums]:
        """Sums of a team, or of all, by date: always whole blocks."""
        found: dict[date, TeamSums] = {}
        for (one, when), sums in self.sums.items():
            if when in dates and team in (None, one):
                found[when] = found[when] + sums if when in found else sums
        return [found[when] for when in sorted(found)]


def load_month(count: int) -> TeamMonth:
    """The last days that are over, by the server's own calendar.

    Not by the visitor's: days that begin at other hours could be subtracted from these.

    Raises:
        AccessError: not a manager.
        StorageError: the database cannot be used.
    """
    current_access().require(Role.MANAGER)
    store, chosen = shared_store(), settings()
    dates = past_days(store.now_s(), min(count, chosen.retention_days))
    spans = [bounds_of(day) for day in dates]
    by_start = {start: day for (start, _), day in zip(spans, dates, strict=True)}
    days: dict[tuple[int, date], list[Day]] = {}
    with store.write() as session:
        purpose = current_purpose(session)
        teams = [(team.id, team.name) for team in persons.list_teams(session)]
        found = (
            publish_days(
                session, days=spans, agreed_to=Terms.present(session).agreed_to, k=chosen.k_min
            )
            if purpose in SHARED_PURPOSES
            else []
        )
    for one in found:
        sums = one.sums
        day = Day(sums.mean, sums.valid_s, float(sums.seconds))
        days.setdefault((one.team, by_start[one.day_s]), []).append(day)
    return TeamMonth(
        tuple(dates),
        (*teams, (NO_TEAM, tr("No team"))),
        {key: add_up(one) for key, one in days.items()},
        purpose in SHARED_PURPOSES,
    )


def load_demo(count: int, zone: tzinfo | None) -> TeamMonth:
    """The made-up month, under the same rule of k."""
    dates = past_days(shared_store().now_s(), count, zone)
    demo = make_demo(dates[-1], zone)
    sums = {
        (team, day): add_up(found)
        for day in dates
        for team in range(len(TEAMS))
        if len(found := demo.days_of(day, team)) >= settings().k_min
    }
    return TeamMonth(tuple(dates), tuple((team, tr(name)) for team, name in enumerate(TEAMS)), sums)


def note_looked(subject: str) -> None:
    """Say in the audit log that the manager looked.

    Raises:
        AccessError: not a manager.
        StorageError: the database cannot be used: then nothing is shown either.
    """
    access = current_access()
    access.require(Role.MANAGER)
    store = shared_store()
    with store.write() as session:
        audit.note(
            session, action="looked", subject=subject, now_s=store.now_s(), number=access.number
        )
