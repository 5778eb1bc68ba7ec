"""``python -m fer_core bench storage``: a month of a team of 30, and how long its dashboard takes.

Fills a database with a million samples in a temporary folder (or the PostgreSQL database given),
through the same functions that record, and times what a dashboard asks: a month by day and person,
one person's month by the minute, one check-in by the second.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from fer_core.config import Settings
from fer_core.storage import Database, Store, checkins, persons, teams
from fer_core.storage.database import database_url
from fer_core.storage.recording import minute_of, recompute_minutes
from fer_core.storage.sums import load_minutes, sum_buckets
from fer_core.storage.table_base import PROB_COLUMNS
from fer_core.storage.tables import Sample
from fer_core.wellbeing.team import Day, add_up, summarise

DAY_S = 86_400
PERSONS, DAYS = 30, 30
START_S = 1_800_000_000 - 1_800_000_000 % DAY_S
PURPOSE = "wellbeing/bench"


def fill(store: Store, samples: int) -> int:
    """A month of check-ins; how many samples there are now."""
    per_day = max(1, samples // (PERSONS * DAYS))
    rng = np.random.default_rng(0)
    done = 0
    for number in range(PERSONS):
        with store.write() as session:
            team_id = None
            if number == 0:
                team_id = persons.create_team(session, name="All", now_s=START_S).id
            person = persons.create_person(
                session, now_s=START_S, pseudonym=f"person {number}", team_id=team_id or 1
            ).person
            consent = persons.give_consent(
                session,
                person_id=person.id,
                purpose=PURPOSE,
                version="1.0",
                text="",
                now_s=START_S,
            )
            for day in range(DAYS):
                begun = START_S + day * DAY_S + 8 * 3600 + int(rng.integers(0, 3600))
                checkin = checkins.start_checkin(
                    session,
                    person_id=person.id,
                    consent_id=consent.id,
                    kind="bench",
                    now_s=begun,
                )
                probs = rng.dirichlet(np.ones(7), per_day)
                rows = [
                    {
                        "checkin_id": checkin.id,
                        "person_id": person.id,
                        "second_s": begun + second,
                        "track_id": 1,
                        "coverage": 0.95,
                        "facing": 0.9,
                        "eyes_open": 0.9,
                        **dict(zip(PROB_COLUMNS, probs[second].tolist(), strict=True)),
                    }
                    for second in range(per_day)
                ]
                session.execute(insert(Sample.__table__), rows)
                minutes = range(minute_of(begun), begun + per_day, 60)
                recompute_minutes(session, [(person.id, minute) for minute in minutes])
                done += per_day
    return done


def median_ms(ask: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """Median of some runs, on the clock and of this process's processor time."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter(), time.process_time()
        ask()
        ended = time.perf_counter(), time.process_time()
        taken.append([1000 * (after - before) for before, after in zip(begun, ended, strict=True)])
    clock, cpu = (statistics.median(column) for column in zip(*taken, strict=True))
    return clock, cpu


def measure(store: Store) -> dict[str, tuple[float, float]]:
    """Milliseconds of each question: on the clock, of processor time."""
    days = [(START_S + day * DAY_S, START_S + (day + 1) * DAY_S) for day in range(DAYS)]

    def team() -> object:
        with store.read() as session:
            return sum_buckets(session, buckets=days, team_id=1)

    def tab() -> object:
        """All that the tab 'Team' of the Wellbeing page asks and works out."""
        with store.write() as session:
            shown = teams.publish_days(session, days=days, agreed_to=(PURPOSE, "1.0"), k=5)
        rows = [
            (one.day_s, Day(one.sums.mean, one.sums.valid_s, one.sums.seconds)) for one in shown
        ]
        sums = [add_up([day for at, day in rows if at == start]) for start, _ in days]
        by_day = [summarise([one]) for one in sums]
        figures = summarise(sums)
        if figures is None or sums[-1].days != PERSONS or None in by_day:
            raise RuntimeError("The tab does not show everybody.")
        return figures

    first = median_ms(tab, 1)

    def person() -> object:
        with store.read() as session:
            return load_minutes(session, person_id=1)

    def sitting() -> object:
        with store.read() as session:
            newest = checkins.list_checkins(session, person_id=1, most=1)[0]
            return checkins.load_course(session, person_id=1, checkin_id=newest.id)

    return {
        "team_month_by_day": median_ms(team),
        "team_tab_first_time": first,
        "team_tab": median_ms(tab),
        "person_month_by_minute": median_ms(person),
        "one_checkin_by_second": median_ms(sitting),
    }


def main(*, samples: int = 1_000_000, url: str | None = None, as_json: bool = False) -> None:
    """Fill, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = Settings(data_dir=Path(folder), database_url=url)
        store = Store(Database(database_url(chosen)))
        begun = time.perf_counter()
        count = fill(store, samples)
        took_s = time.perf_counter() - begun
        found = measure(store)
        size = sum(path.stat().st_size for path in store.database.files())
        store.close()
    if as_json:
        print(json.dumps({"samples": count, "fill_s": took_s, "bytes": size, "ms": found}))
        return
    print(f"{count:,} samples of {PERSONS} persons over {DAYS} days, written in {took_s:.0f} s")
    if size:
        print(f"database: {size / 2**20:.0f} MiB")
    for name, (clock, cpu) in found.items():
        print(f"{name.replace('_', ' ')}: {clock:.1f} ms, {cpu:.1f} ms of processor time")
