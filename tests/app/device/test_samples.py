"""``POST /api/samples``, spoken to as devices and attackers speak to it."""

import json
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from fer_core.access import signing
from fer_core.app.access import cookies
from fer_core.app.device import samples as door
from fer_core.app.device.visit import DeviceVisit
from fer_core.hosting.draining import NO_BEGINNING, Drain
from tests.clock import Clock
from tests.device.samples import sample

Post = Callable[..., httpx.Response]

XSRF = (
    "2|a1b2c3d4|"
    + bytes(one ^ bytes.fromhex("a1b2c3d4")[place % 4] for place, one in enumerate(b"mine")).hex()
)
OTHER = XSRF[:-2] + "00"
OWN = {"Origin": "http://mien.test"}


def _browser(value: str = f"{XSRF}|1") -> str:
    return cookies.browser_of({"_streamlit_xsrf": value})


@pytest.fixture
def post() -> Post:
    app = door.SampleDoor(Starlette())

    def send(body: Any, *, cookie: str = f"{XSRF}|1", **headers: str) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://mien.test"
            ) as client:
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                sent = {"Cookie": f"_streamlit_xsrf={cookie}", **OWN, **headers}
                return await client.post(door.ROUTE, content=content, headers=sent)

        return anyio.run(go)

    return send


def test_samples_arrive(post: Post) -> None:
    inlet, token = door.open_inlet("wellbeing", _browser())
    answer = post({"token": token, "samples": [sample(0), sample(1)]})
    assert answer.status_code == 200
    assert answer.json() == {"accepted": 2, "refused": 0, "reasons": {}, "last_seq": 1}
    assert answer.headers["cache-control"] == "no-store"
    again = post({"token": token, "samples": [sample(1)]})
    assert again.json() == {"accepted": 0, "refused": 1, "reasons": {"replayed": 1}, "last_seq": 1}
    assert [one.time_s for one in inlet.samples()] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"body": b"{"}, 400, "malformed"),
        ({"body": b"[]"}, 400, "malformed"),
        ({"body": {"token": 3, "samples": []}}, 400, "malformed"),
        ({"body": {"samples": []}}, 400, "malformed"),
        ({"body": b"x" * 300_000}, 413, "size"),
        ({"body": {"token": "forged", "samples": []}}, 403, "token"),
        ({"cookie": f"{OTHER}|1"}, 403, "token"),
        ({"cookie": "none"}, 403, "browser"),
        ({"headers": {"Origin": "https://evil.example"}}, 403, "site"),
        ({"headers": {"Origin": "null"}}, 403, "site"),
    ],
)
def test_a_forged_batch_is_refused_and_counted(
    post: Post, change: dict[str, Any], status: int, reason: str
) -> None:
    inlet, token = door.open_inlet("wellbeing", _browser())
    before = door.refused[reason]
    body = change.get("body", {"token": token, "samples": [sample(0)]})
    more = {name: change[name] for name in ("cookie",) if name in change}
    answer = post(body, **more, **change.get("headers", {}))
    assert answer.status_code == status
    assert answer.json()["error"].endswith((".", "bytes."))
    assert door.refused[reason] == before + 1
    assert inlet.samples() == ()


def test_a_ticket_for_something_else_is_no_token(post: Post) -> None:
    inlet, _ = door.open_inlet("wellbeing", _browser())
    made = cookies.signer().make_ticket(inlet.visit, "wellbeing", _browser())
    assert post({"token": made, "samples": [sample(0)]}).status_code == 403
    other = cookies.signer().sign_visit(inlet.visit, "classroom", _browser())
    assert post({"token": other, "samples": [sample(0)]}).status_code == 410, "another purpose"


def test_the_door_answers_posts_only_and_lets_all_else_through() -> None:
    async def go() -> list[int]:
        transport = httpx.ASGITransport(door.SampleDoor(Starlette()))
        async with httpx.AsyncClient(transport=transport, base_url="http://mien.test") as client:
            asked = [("GET", door.ROUTE), ("POST", f"{door.ROUTE}/more"), ("GET", "/")]
            return [(await client.request(*one)).status_code for one in asked]

    assert anyio.run(go) == [405, 404, 404]


def test_a_token_expires(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = door.open_inlet("wellbeing", _browser())
    monkeypatch.setattr(signing, "VISIT_S", -1)
    assert post({"token": token, "samples": [sample(0)]}).status_code == 403


def test_a_visit_that_is_over_takes_nothing(post: Post) -> None:
    inlet, token = door.open_inlet("wellbeing", _browser())
    del inlet
    assert post({"token": token, "samples": [sample(0)]}).status_code == 410


def test_who_floods_is_told_to_wait(post: Post) -> None:
    inlet, token = door.open_inlet("wellbeing", _browser())
    answers = [post({"token": token, "samples": []}).status_code for _ in range(15)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert inlet.refused["flooding"] > 0


def test_nobody_begins_where_it_could_be_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    drain = Drain(Clock())
    monkeypatch.setattr(door, "shared_drain", lambda: drain)
    inlet, token = door.open_inlet("wellbeing", _browser())
    drain.begin(30)
    visit = DeviceVisit()
    assert visit.start("wellbeing") is None
    assert not visit.is_on
    assert visit.problem is not None
    assert visit.problem.text == NO_BEGINNING
    body = json.dumps({"token": token, "samples": [sample(0)]}).encode()
    assert door.take_body(body, _browser())[1]["accepted"] == 1, "who began before goes on"
    assert inlet.has_begun
