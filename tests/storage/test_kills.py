"""`kill -9` at any moment loses at most the last second, and never the database."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT

#: Writes under load and says what it put, with the time, before the database has it.
SCRIPT = """
import sys, time
from pathlib import Path
from fer_core.config import Settings
from fer_core.storage import Database, SampleRow, Store, checkins, persons
from fer_core.storage.database import database_url

store = Store(Database(database_url(Settings(data_dir=Path(sys.argv[1])))))
ids = []
with store.write() as session:
    for _ in range(20):
        person = persons.create_person(session, now_s=0).person
        consent = persons.give_consent(
            session, person_id=person.id, purpose="load", version="1.0", text="", now_s=0
        )
        checkin = checkins.start_checkin(
            session, person_id=person.id, consent_id=consent.id, kind="load", now_s=0
        )
        ids.append((checkin.id, person.id))
second = int(sys.argv[2])
while True:
    for checkin_id, person_id in ids:
        store.writer.put(SampleRow(checkin_id, person_id, second, 1, (1/7,) * 7, 1.0))
    print(ids[0][0], second, time.time(), flush=True)
    second += 1
    time.sleep(0.02)
"""


def _kill_once(folder: Path, zero: int, after_s: float) -> int:
    """One process that is killed so long after its first row; how many seconds the file has."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(zero)],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    time.sleep(after_s)
    killed = time.time()
    # Where other programs keep every core busy, a second on the clock says nothing.
    is_busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    os.kill(process.pid, signal.SIGKILL)
    lines += process.stdout.read().splitlines()
    process.wait(20)
    put = [line.split() for line in lines if line.count(" ") == 2]
    # A line that was cut off by the kill counts for nothing.
    safe = [int(parts[1]) for parts in put[:-1] if float(parts[2]) < killed - 1.0]
    with closing(sqlite3.connect(folder / "mien.sqlite3")) as link:
        assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert link.execute("PRAGMA foreign_key_check").fetchall() == []
        query = "SELECT second_s, count(*) FROM samples WHERE second_s >= ? GROUP BY second_s"
        there = dict(link.execute(query, (zero,)).fetchall())
        sums = "SELECT coalesce(sum(seconds), 0), sum(valid_s) FROM minutes"
        assert (
            link.execute(sums).fetchone()
            == link.execute("SELECT count(*), sum(coverage) FROM samples").fetchone()
        )
    assert len(put) > 20, "there was load"
    last = max(there, default=zero - 1)
    assert set(there) == set(range(zero, last + 1)), "what is there has no hole"
    assert all(rows == 20 for second, rows in there.items() if second < last)
    missing = [second for second in safe if there.get(second) != 20]
    assert missing == [] or is_busy, f"killed after {after_s:.2f} s"
    return len(there)


def _kill_often(folder: Path, times: int, seed: int) -> None:
    chance = random.Random(seed)
    found = 0
    for number in range(times):
        found += _kill_once(folder, number * 1_000_000, 1.5 + chance.random())
    assert found > 10 * times


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_few_kills(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "mien.sqlite3")
    _kill_often(tmp_path, 2, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_hundred_kills(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "mien.sqlite3")
    _kill_often(tmp_path, 100, seed=2)
