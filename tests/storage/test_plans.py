"""A dashboard never walks through the samples: what a million of them cost is measured by
``python -m fer_core bench storage``; here, that the database answers from the right index."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from fer_core.storage import Store, checkins
from fer_core.storage.sums import load_minutes, sum_buckets
from tests.storage.fills import add_person

DAY_S = 86_400


def _plans(store: Store, ask: Any, kind: str = r"\s*(SELECT|WITH)") -> list[str]:
    """What SQLite says of each query that the question makes."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if re.match(kind, statement):
            asked.append((statement, parameters))

    event.listen(store.database.engine, "before_cursor_execute", note)
    with store.read() as session:
        ask(session)
    event.remove(store.database.engine, "before_cursor_execute", note)
    plans = []
    with store.database.engine.connect() as connection:
        for statement, parameters in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append("\n".join(row[3] for row in rows))
    assert plans
    return plans


def test_the_teams_month_comes_from_the_minutes(sqlite_store: Store) -> None:
    add_person(sqlite_store, "otter", seconds=100)
    days = [(day * DAY_S, (day + 1) * DAY_S) for day in range(20_000, 20_030)]
    (plan,) = _plans(sqlite_store, lambda session: sum_buckets(session, buckets=days, team_id=1))
    assert "samples" not in plan
    assert re.search(r"SEARCH minutes USING (INDEX|PRIMARY KEY)", plan)
    assert "SCAN minutes" not in plan


def test_still_check_ins_are_found_by_their_time(sqlite_store: Store) -> None:
    add_person(sqlite_store, "otter", seconds=100)
    days = [(day * DAY_S, (day + 1) * DAY_S) for day in range(20_000, 20_030)]
    (plan,) = _plans(
        sqlite_store, lambda session: sum_buckets(session, buckets=days, of_still=True)
    )
    assert "SCAN samples" not in plan
    assert re.search(r"SEARCH samples USING .*\(checkin_id=\?", plan)
    assert re.search(r"SEARCH checkins USING .*started_s", plan)


@pytest.mark.parametrize("load", [checkins.load_course, load_minutes, checkins.list_checkins])
def test_what_one_person_sees_is_searched_by_person(
    sqlite_store: Store, load: Callable[..., object]
) -> None:
    person_id, _ = add_person(sqlite_store, "otter", seconds=100)
    (plan,) = _plans(sqlite_store, lambda session: load(session, person_id=person_id))
    assert re.search(r"SEARCH \w+ USING .*\(person_id=\?", plan)
    assert not re.search(r"SCAN (samples|minutes|checkins)", plan)


def test_the_purge_searches_by_person_and_time(sqlite_store: Store) -> None:
    add_person(sqlite_store, "otter", seconds=100)
    plans = _plans(sqlite_store, lambda _: sqlite_store.purge(30), r"\s*DELETE FROM samples")
    assert re.search(r"SEARCH samples USING .*\(person_id=\? AND second_s<\?\)", plans[0])
