"""What Prometheus is told of a process, and that nobody else is."""

from typing import Any

import anyio
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from fer_core.app import monitoring
from fer_core.app.forwarded import Forwarded
from fer_core.config import settings
from fer_core.storage import Store
from fer_core.streaming.totals import Totals

TOKEN = "a-token-of-sixteen-or-more"


def _get(client: str = "127.0.0.1", **headers: str) -> httpx.Response:
    app = Starlette(
        routes=[Route(monitoring.ROUTE, monitoring.answer_figures)],
        middleware=[Middleware(Forwarded)],
    )

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
            return await asking.get(monitoring.ROUTE, headers=headers)

    return anyio.run(go)


def _values(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_this_computer_is_told_of_streams_frames_errors_and_the_queue(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = Totals()
    for seconds in (0.004, 0.004, 0.3, 7.0):
        totals.add_frame()
        totals.add_analysis(seconds)
    totals.add_drop()
    totals.add_error("analysis")
    monkeypatch.setattr(monitoring, "shared_totals", lambda: totals)
    monkeypatch.setenv("FER_MAX_STREAMS", "7")
    settings.cache_clear()
    answer = _get()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = _values(answer.text)
    assert told["mien_places"] == 7
    assert told["mien_frames_total"] == 4
    assert told["mien_dropped_frames_total"] == 1
    assert told["mien_errors_total{analysis}"] == 1
    assert told["mien_analysis_seconds_bucket{0.005}"] == 2
    assert told["mien_analysis_seconds_bucket{0.5}"] == 3
    assert told["mien_analysis_seconds_bucket{+Inf}"] == told["mien_analysis_seconds_count"] == 4
    assert told["mien_analysis_seconds_sum"] == pytest.approx(7.308)
    assert told["mien_queued_rows"] == 0
    assert told["mien_recording"] == 1
    assert {
        "mien_streams",
        "mien_devices",
        "mien_uploads",
        "mien_jobs",
        "mien_draining",
    } <= told.keys()


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}),
    ],
)
def test_to_strangers_there_is_nothing(client: str, headers: dict[str, Any]) -> None:
    answer = _get(client, **headers)
    assert (answer.status_code, answer.text) == (404, "There is nothing here.")


def test_a_token_opens_it_from_anywhere_and_nothing_else_does(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_METRICS_TOKEN", TOKEN)
    settings.cache_clear()
    assert _get("192.0.2.7", Authorization=f"Bearer {TOKEN}").status_code == 200
    for sent in ("", "Bearer ", "Bearer wrong", TOKEN[:-1]):
        assert _get("127.0.0.1", Authorization=sent).status_code == 404
