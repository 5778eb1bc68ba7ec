"""``GET /metricsz``: figures of this process for Prometheus; for nobody else.

Not ``/metrics``, which is a page of the app. Asked from this computer itself, or with the token of
``FER_METRICS_TOKEN``; to all others there is nothing here.
"""

import hmac
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fer_core.app.device import samples
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.hosting import is_loopback
from fer_core.hosting.draining import shared_drain
from fer_core.storage import shared_store
from fer_core.streaming.admission import default_max_streams
from fer_core.streaming.totals import BOUNDS_S, shared_totals

ROUTE: Final = "/metricsz"


class ProcessFigures:
    """What Prometheus is told, as its library asks for it."""

    def collect(self) -> Iterator[Metric]:
        """All families, as they stand now."""
        yield from _visitor_figures()
        yield from _stream_figures()
        yield from _writer_figures()


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mien_{name}", text, value=value)


def _counter(name: str, text: str, values: Iterable[tuple[str, float]], label: str) -> Metric:
    family = CounterMetricFamily(f"mien_{name}", text, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family


def _visitor_figures() -> Iterator[Metric]:
    drain = shared_drain()
    places = settings().max_streams or default_max_streams()
    yield _gauge("places", "Cameras that this process serves at once.", places)
    yield _gauge("streams", "Cameras that stream to this process.", drain.held_of("streams"))
    yield _gauge("devices", "Devices that send to this process.", drain.held_of("devices"))
    yield _gauge("uploads", "Files on their way from pages.", drain.held_of("uploads"))
    yield _gauge(
        "analyses", "Analyses that run, or whose visitor is here.", drain.held_of("analyses")
    )
    yield _gauge("jobs", "Jobs of programs that were not fetched.", drain.held_of("jobs"))
    yield _gauge("draining", "1 while the process hands its visitors over.", float(drain.is_on))
    yield _counter(
        "refused_samples", "Batches of devices that named no visit.", samples.refused.items(), "why"
    )


def _stream_figures() -> Iterator[Metric]:
    counts = shared_totals().counts()
    yield CounterMetricFamily("mien_frames", "Frames of cameras.", value=counts.frames)
    yield CounterMetricFamily(
        "mien_dropped_frames",
        "Frames replaced by a newer one before they were analysed.",
        value=counts.dropped,
    )
    buckets, below = [], 0
    for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), counts.analysed, strict=True):
        below += count
        buckets.append((bound, float(below)))
    yield HistogramMetricFamily(
        "mien_analysis_seconds",
        "Seconds that the analysis of a frame took.",
        buckets=buckets,
        sum_value=counts.analysis_s,
    )
    yield _counter("errors", "Faults within streams.", counts.errors.items(), "stage")


def _writer_figures() -> Iterator[Metric]:
    try:
        status = shared_store().writer.status()
    except FerError:
        return
    yield _gauge("queued_rows", "Rows that wait to be written.", status.queued)
    yield _gauge("recording", "0 while nothing can be recorded.", float(status.problem is None))
    rows = (("written", status.written), ("dropped", status.dropped), ("refused", status.refused))
    yield _counter("rows", "Rows of the writer, by what became of them.", rows, "outcome")


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ProcessFigures())
    return registry


async def answer_figures(request: Request) -> Response:
    """``GET /metricsz``; 404 to strangers."""
    if not _may_ask(request):
        return PlainTextResponse("There is nothing here.", 404)
    text = await run_in_threadpool(lambda: generate_latest(_registry()))
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_ask(request: Request) -> bool:
    token = settings().metrics_token
    if token:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(sent.encode(), token.encode())
    # What a proxy on this computer hands over comes from elsewhere.
    is_forwarded = any(name.startswith(("x-forwarded", "forwarded")) for name in request.headers)
    return request.client is not None and is_loopback(request.client.host) and not is_forwarded
