"""``python -m fer_core watch``: live numbers of a camera, file or address for other programs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_core.errors import ConfigError

if TYPE_CHECKING:
    from threading import Event

    from fer_core.outlets import Outlet

_LOOPBACK = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(
    video: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE|URL]",
            help="A video, played at its own speed, or an address (RTSP, HTTP); default: a camera.",
            show_default=False,
        ),
    ] = None,
    camera: Annotated[
        str | None, typer.Option(help="Number or name of a camera; default: 0.")
    ] = None,
    osc: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Send OSC over UDP there.")
    ] = None,
    lsl: Annotated[
        str | None, typer.Option(metavar="NAME", help="A Lab Streaming Layer stream.")
    ] = None,
    ws: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT", help="Serve a WebSocket of JSON lines; loopback by default."
        ),
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="A row per face.")] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A page's origin that may use the WebSocket; may be repeated."),
    ] = None,
    rate: Annotated[float, typer.Option(min=1, max=60, help="Analyses a second.")] = 15.0,
    steady: Annotated[
        str, typer.Option("--filter", help="plain, markov or recurrent: what steadies faces.")
    ] = "plain",
    model: Annotated[str | None, typer.Option(help="Name of a model; default: FER_MODEL.")] = None,
    detector: Annotated[
        str | None, typer.Option(help="short, full, haar or yunet; default: FER_DETECTOR.")
    ] = None,
) -> None:
    """Analyse a live picture without a window, and send the numbers to other programs.

    Without any of --osc, --lsl, --ws and --csv, JSON lines go to standard output. Frames are
    analysed in memory and never kept. Ctrl-C ends it.
    """
    from fer_core.config import settings
    from fer_core.outlets import open_source, watch_source
    from fer_core.pipeline import build_pipeline

    with _outlets(osc, lsl, ws, csv, origin or []) as (outlets, said), _stopping() as stop:
        source = open_source(video, camera, tell=lambda said: typer.echo(said, err=True), stop=stop)
        for sentence in said:
            typer.echo(sentence, err=True)
        watched = watch_source(
            source,
            outlets,
            lambda: build_pipeline(
                model or settings().model, detector or settings().detector, steady=steady
            ),
            rate_hz=rate,
        )
    typer.echo(
        f"{watched.sent:,} of {watched.frames:,} frames analysed and sent"
        + (f", {watched.late:,} left out: the machine was too slow" if watched.late else ""),
        err=True,
    )


@contextmanager
def _outlets(
    osc: str | None, lsl: str | None, ws: str | None, csv: Path | None, origins: list[str]
) -> "Iterator[tuple[list[Outlet], list[str]]]":
    """What was asked for, and a sentence about each; all are closed at the end."""
    from contextlib import ExitStack

    from fer_core.hosting import is_loopback

    opened: list[Outlet] = []
    said: list[str] = []
    with ExitStack() as stack:

        def add(outlet: "Outlet", sentence: str = "") -> None:
            stack.callback(outlet.close)
            opened.append(outlet)
            said.extend([sentence] if sentence else [])

        if ws is not None:
            from fer_core.outlets.websocket import WebSocketOutlet

            host, port = _parse_address(ws, "--ws", _LOOPBACK)
            served = WebSocketOutlet(host, port, origins=origins)
            seen = "" if is_loopback(host) else ", which others in the network can reach"
            add(served, f"WebSocket: ws://{host}:{served.port}{seen}")
        if osc is not None:
            from fer_core.outlets.osc import OscOutlet

            host, port = _parse_address(osc, "--osc", None)
            seen = "" if is_loopback(host) else ", which is not this computer"
            add(OscOutlet(host, port), f"OSC: to {host}:{port}{seen}")
        if lsl is not None:
            from fer_core.outlets.lsl import LslOutlet

            add(LslOutlet(lsl), f"LSL: the stream {lsl}, on every network of this computer")
        if csv is not None:
            from fer_core.outlets.lines import CsvFile

            add(CsvFile(csv), f"CSV: {csv}")
        if not opened:
            from fer_core.outlets.lines import JsonLines

            add(JsonLines(sys.stdout))
        yield opened, said


def _parse_address(text: str, option: str, default_host: str | None) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.strip("[]") or ("" if colon else default_host or "")
    if not host or not port.isdigit() or not int(port) <= 65_535:
        want = "HOST:PORT" if default_host is None else "PORT or HOST:PORT"
        raise ConfigError(f"{option} needs {want}, as 127.0.0.1:9000. Received: {text}.")
    return host, int(port)


@contextmanager
def _stopping() -> "Iterator[Event]":
    """Ctrl-C and SIGTERM set the event; what runs ends by itself, and what was sent has left."""
    import signal
    from threading import Event

    stop = Event()

    def note(_: int, __: object) -> None:
        if stop.is_set():  # a second time: at once
            raise KeyboardInterrupt
        stop.set()

    try:
        before = {n: signal.signal(n, note) for n in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: a test
        yield stop
        return
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
