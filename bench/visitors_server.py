"""The server of ``bench device --visitors``: the app itself, with a class on devices in it.

Every visitor is a student with a place in a room, as the Classroom page gives one: a person, a
consent in force, a sitting, an open inlet with its token, a seat in the hub that turns seconds
into rows and the class's figures once a second. Pages are not drawn, and not measured.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from fer_core.app import door
from fer_core.app.access import cookies
from fer_core.app.classroom.joining import listener_of
from fer_core.app.classroom.state import close_hubs, shared_hub
from fer_core.app.device.samples import open_inlet
from fer_core.classroom.membership import join
from fer_core.classroom.seconds import DeviceMeter
from fer_core.device.inlet import SampleInlet
from fer_core.storage import Store, rooms, shared_store
from fer_core.storage.choices import choose_purpose
from fer_core.storage.room_tables import RoomSecond
from fer_core.storage.tables import Minute, Sample

CLASS: Final = 25


def xsrf_of(number: int) -> str:
    """Streamlit's cookie of a browser of its own."""
    return f"2|00000001|{number + 1:032x}|1700000000"


def seat_visitors(count: int) -> tuple[list[dict[str, Any]], list[SampleInlet]]:
    """Rooms, students and their tokens; the inlets, which somebody must hold."""
    store, hub = shared_store(), shared_hub()
    with store.write() as session:
        choose_purpose(
            session,
            purpose="research",
            number=1,
            now_s=store.now_s(),
            reference="bench",
            ethics_approved=True,
        )
    visitors, inlets = [], []
    for number in range(count):
        if number % CLASS == 0:
            code = _open_room(store, f"Room {number // CLASS}")
        place, _ = join(store, code=code, key=None, consent_text="bench")
        meter = DeviceMeter()
        browser = cookies.browser_of({"_streamlit_xsrf": xsrf_of(number)})
        inlet, token = open_inlet("classroom", browser, listener_of(meter))
        hub.sit(place, meter)
        inlets.append(inlet)
        visitors.append({"token": token, "cookie": xsrf_of(number), "person": place.person_id})
    return visitors, inlets


def _open_room(store: Store, title: str) -> str:
    now_s = store.now_s()
    with store.write() as session:
        room = rooms.open_room(
            session,
            title=title,
            mode="devices",
            holder=1,
            k_min=5,
            now_s=now_s,
            closes_s=now_s + 4 * 3600,
        )
        return str(room.code)


def sums_of(store: Store) -> dict[str, Any]:
    """What is in the database: samples and probabilities by person, and the sums by the minute."""
    store.writer.flush(60.0)
    status = store.writer.status()
    with store.read() as session:
        rows = session.execute(
            select(Sample.person_id, func.count(), func.sum(Sample.p_happy)).group_by(
                Sample.person_id
            )
        ).all()
        seconds, happy = session.execute(
            select(func.sum(Minute.seconds), func.sum(Minute.p_happy))
        ).one()
        classes = session.scalar(select(func.count()).select_from(RoomSecond))
    return {
        "persons": {str(person): [int(n), float(total)] for person, n, total in rows},
        "minute_seconds": int(seconds or 0),
        "minute_happy": float(happy or 0.0),
        "class_seconds": int(classes or 0),
        "dropped": status.dropped,
        "written": status.written,
    }


def main(count: int, port: int, folder: Path) -> None:
    """Serve until SIGTERM; ``visitors.json`` says who sits here, ``sums.json`` what was kept."""
    import signal

    cookies.open_door()
    store = shared_store()
    visitors, inlets = seat_visitors(count)
    (folder / "visitors.part").write_text(json.dumps(visitors), encoding="utf-8")
    (folder / "visitors.part").replace(folder / "visitors.json")

    def report(*_: object) -> None:
        time.sleep(3.0)  # what the hub works on lies two seconds back
        close_hubs()
        found = sums_of(store) | {"kept": len(inlets)}
        (folder / "sums.part").write_text(json.dumps(found), encoding="utf-8")
        (folder / "sums.part").replace(folder / "sums.json")

    signal.signal(signal.SIGUSR1, report)
    options = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": True,
        "browser.gatherUsageStats": False,
        "logger.level": "warning",
    }
    door.serve(options)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
