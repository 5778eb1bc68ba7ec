"""Three replicas behind a real nginx are replaced, one after the other, while six people check in.

Each person has a page of their own (its WebSocket, no browser), joins, and checks in again and
again; the seconds that a device would measure are posted once a second.
"""

import signal
import threading
import time
from contextlib import suppress

import httpx
import psycopg
import pytest
from websockets.exceptions import WebSocketException

from fer_core.hosting.draining import NO_BEGINNING
from tests.clock import wait_until
from tests.device.samples import face, sample
from tests.page_socket import PageSocket
from tests.soak.test_replicas import database, served
from tests.storage.conftest import postgres

__all__ = ["database", "postgres"]
pytestmark = [pytest.mark.soak, pytest.mark.timeout(1500)]

PEOPLE = 6
#: A check-in takes a minute: whoever began before SIGTERM comes to the end.
DRAIN_S = 90
AGREED = "I have read this and agree"
#: What a page meets whose replica ended, or that is sent on before it opens.
GONE = (OSError, WebSocketException, httpx.HTTPError, KeyError)


class Person(threading.Thread):
    """Checks in until told to leave, which they do after the check-in that they are in."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self._address, self._cookies = address, dict[str, str]()
        self.begun = self.finished = self.moved = self.refused = 0
        self.lost: list[str] = []
        self.leave = threading.Event()
        self.problem: BaseException | None = None

    @property
    def is_in_one(self) -> bool:
        """Whether a check-in is under way."""
        return self.begun > self.finished + len(self.lost)

    def run(self) -> None:
        """Until told to leave, on one replica after the other."""
        try:
            while not self.leave.is_set():
                with suppress(*GONE):
                    self._visit()
                if self.is_in_one:
                    self.lost.append(f"cut off at second {self._seq}")
        except BaseException as problem:
            self.problem = problem

    def _visit(self) -> None:
        page = PageSocket(f"{self._address}/", self._cookies, "wellbeing")
        try:
            self.moved += 1
            if AGREED in page.run().boxes:
                self._join(page)
            while not self.leave.is_set():
                self._check_in(page)
        finally:
            page.close()

    def _join(self, page: PageSocket) -> None:
        given = page.run("Join", tick=[AGREED]).given
        tickets = next(one for one in reversed(given) if "tickets" in one)
        for ticket in tickets["tickets"]:
            answer = self._post(tickets["route"], content=ticket)
            self._cookies.update(answer.cookies.items())

    def _check_in(self, page: PageSocket) -> None:
        press = next(
            label for label in page.shown.buttons if label in ("Check in", "Check in again")
        )
        shown = page.run(press)
        sends = [one["send"] for one in shown.given if "send" in one]
        if not sends:
            assert NO_BEGINNING in shown.texts, shown.texts
            self.refused += 1
            while True:  # as a page that stays open asks now and then, until its replica is gone
                self.leave.wait(0.5)
                page.run()
        self.begun += 1
        begun_s = time.monotonic()
        waiting = []
        for self._seq in range(600):
            time.sleep(max(0.0, begun_s + self._seq - time.monotonic()))
            waiting.append(sample(self._seq, None, face()))
            answer = self._post(sends[-1]["route"], json=self._batch(sends[-1], waiting))
            if answer.status_code == 200:
                waiting = [one for one in waiting if one["seq"] > answer.json()["last_seq"]]
            shown = page.run(part=page.shown.parts[-1])
            if "Check in again" in shown.buttons:
                assert any("Stored under your pseudonym" in text for text in shown.texts)
                self.finished += 1
                return
        raise AssertionError("a check-in of a minute goes on after ten")

    def _batch(
        self, send: dict[str, object], waiting: list[dict[str, object]]
    ) -> dict[str, object]:
        return {"token": send["token"], "samples": waiting[: int(str(send["most"]))]}

    def _post(self, route: str, **body: object) -> httpx.Response:
        return httpx.post(
            f"{self._address}/{route.lstrip('/')}",
            headers={"Origin": self._address},
            cookies=self._cookies,
            timeout=30,
            **body,  # type: ignore[arg-type]
        )


def test_a_rolling_restart_loses_no_check_in(database: str) -> None:
    with served(database, 3, DRAIN_S) as (replicas, address):
        people = [Person(address) for _ in range(PEOPLE)]
        for person in people:
            person.start()
        took_s = []
        for index, app in enumerate(list(replicas.running)):
            wait_until(lambda: all(one.is_in_one or one.problem for one in people), 300)
            app.process.send_signal(signal.SIGTERM)
            begun_s = time.monotonic()
            assert app.process.wait(DRAIN_S + 60) == 0
            took_s.append(time.monotonic() - begun_s)
            assert replicas.restart(index) == 0
        for person in people:
            person.leave.set()
        for person in people:
            person.join(200)
        problems = [person.problem for person in people if person.problem]
        assert not problems
        finished = sum(person.finished for person in people)
        lost = [text for person in people for text in person.lost]
        print(
            f"{finished} check-ins to their end, {len(lost)} lost; "
            f"{sum(person.moved for person in people) - PEOPLE} moves, "
            f"{sum(person.refused for person in people)} told to wait; the replicas ended after "
            + ", ".join(f"{one:.0f} s" for one in took_s)
        )
        assert not lost
        assert finished >= 2 * PEOPLE
        with psycopg.connect(database) as link:
            rows = link.execute(
                "SELECT c.ended_s, count(s.*) FROM checkins c LEFT JOIN samples s "
                "ON s.checkin_id = c.id GROUP BY c.id"
            ).fetchall()
        assert len(rows) == finished
        assert all(ended is not None for ended, _ in rows)
        assert min(count for _, count in rows) >= 59
