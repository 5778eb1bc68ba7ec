"""Two processes on one database: a link works once, a kill counts nothing twice."""

import contextlib
import os
import subprocess
import sys
import threading
import time

from sqlalchemy import delete, func, select

from fer_core.access import Role
from fer_core.access.links import find_access, redeem
from fer_core.access.owner import make_owner_query
from fer_core.config import PROJECT_ROOT
from fer_core.errors import AccessError
from fer_core.storage import SampleRow, Store
from fer_core.storage.tables import Minute, Sample
from tests.storage.fills import add_person


def test_an_owners_link_works_once_over_all_processes(stores: tuple[Store, Store]) -> None:
    query = make_owner_query(stores[0])
    assert query is not None
    token = query.rpartition("=")[2]
    held: list[str] = []
    barrier = threading.Barrier(2)

    def open_link(store: Store) -> None:
        barrier.wait(10)
        with contextlib.suppress(AccessError), store.write() as session:
            held.append(redeem(session, token=token, now_s=store.now_s()))

    threads = [threading.Thread(target=open_link, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(held) == 1
    for store in stores:
        assert make_owner_query(store) is None, "everywhere a browser is the owner's now"
        with store.read() as session:
            assert find_access(session, token=held[0], now_s=store.now_s()).has(Role.OWNER)


#: Writes a second of a check-in every hundredth, and says so before the database has it.
WRITER = """
import sys, time
from sqlalchemy import make_url
from fer_core.storage import Database, SampleRow, Store
store = Store(Database(make_url(sys.argv[1])))
checkin_id, person_id, second = (int(one) for one in sys.argv[2:])
while True:
    store.writer.put(SampleRow(checkin_id, person_id, second, 0, (1/7,) * 7, 1.0))
    print(second, time.monotonic(), flush=True)
    second += 1
    time.sleep(0.01)
"""


def test_after_a_kill_another_process_goes_on_and_nothing_counts_twice(store: Store) -> None:
    person_id, checkin_id = add_person(store, "otter")
    with store.write() as session:
        session.execute(delete(Sample))
    url = store.database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(checkin_id), str(person_id), "6000"],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline().split() for _ in range(150)]
    killed_s = time.monotonic()
    process.kill()
    said += [line.split() for line in process.stdout.read().splitlines()[:-1]]
    process.wait(20)
    with store.read() as session:
        there = set(session.scalars(select(Sample.second_s)))
    put = [int(second) for second, at_s in said if float(at_s) < killed_s - 1.0]
    assert there == set(range(6000, max(there) + 1))
    is_busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    assert set(put) <= there or is_busy, "only the last second may be missing"
    # The browser sends what it has once more: the last seconds come a second time, from elsewhere.
    last = max(there)
    for second in range(last - 20, last + 10):
        store.writer.put(SampleRow(checkin_id, person_id, second, 0, (1 / 7,) * 7, 1.0))
    assert store.writer.flush()
    with store.read() as session:
        seconds = session.scalars(select(Sample.second_s).order_by(Sample.second_s)).all()
        summed = session.scalars(select(func.sum(Minute.seconds))).one()
    assert list(seconds) == list(range(6000, last + 10))
    assert summed == len(seconds)
