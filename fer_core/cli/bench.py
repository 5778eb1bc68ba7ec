"""``python -m fer_core bench NAME``: measurements that print their own yardstick."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_core.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the group of benchmarks."""
    group = typer.Typer(
        help="Measure on this machine.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("frame")(frame)
    group.command("live")(live)
    group.command("analysis")(analysis)
    group.command("storage")(storage)
    group.command("sequences")(sequences)
    group.command("visits")(visits)
    group.command("replicas")(replicas)
    group.command("device")(device)
    group.command("measures")(measures)
    group.command("api")(api)
    group.command("altered")(altered)
    app.add_typer(group, name="bench")


def _load(name: str) -> Any:
    """A module of ``bench/``, which lies beside the package and is not installed with it."""
    try:
        return import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        if error.name not in ("bench", f"bench.{name}"):
            raise
        raise ConfigError(
            f"The benchmark {name!r} was not found: benchmarks run from the project's own folder; "
            "change to it."
        ) from error


def frame(
    video: Annotated[
        Path | None, typer.Option(help="Frames to measure on; default: a portrait that moves.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Milliseconds a frame takes on one thread, against the pipeline of the usual tutorials."""
    _load("frame").main(video, as_json=as_json)


def live(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Processor time of a live stream with analysis, against the same stream passed through."""
    raise typer.Exit(_load("live").main(["--json"] if as_json else []))


def analysis(
    minutes: Annotated[
        float, typer.Option(min=0.1, help="Length of the video; 120 is the full run.")
    ] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Speed on one core and peak memory of analysing a long video with default settings."""
    _load("analysis").main(minutes, as_json=as_json)


def sequences(
    data: Annotated[
        Path | None, typer.Option(help="FER-2013; default: from FER_DATA_ROOTS.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name of a model with a recurrent head.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """What three filters over time make of held-out generated sequences."""
    _load("sequences").main(data, model, as_json=as_json)


def storage(
    samples: Annotated[int, typer.Option(min=900, help="Rows to fill in.")] = 1_000_000,
    url: Annotated[
        str | None, typer.Option(help="An empty PostgreSQL database; default: a new SQLite file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Milliseconds a dashboard's questions take over a month of a team of 30."""
    _load("storage").main(samples=samples, url=url, as_json=as_json)


def visits(
    count: Annotated[int, typer.Option("--visits", min=1, help="How many come.")] = 100,
    load: Annotated[bool, typer.Option(help="Keep every core busy meanwhile.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Seconds from the press on Start to the first label, by fresh browsers with a fake camera."""
    _load("visits").main(count, load=load, as_json=as_json)


def replicas(
    counts: Annotated[
        list[int] | None, typer.Option("--replicas", help="How many; again for more counts: 1, 2.")
    ] = None,
    count: Annotated[int, typer.Option("--visits", min=1, help="How many come to each.")] = 24,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """The visits of `bench visits` to one process, and to several behind nginx."""
    _load("replicas").main(counts or [1, 2], count, as_json=as_json)


def measures(
    data: Annotated[
        Path | None, typer.Option(help="FER-2013; default: from FER_DATA_ROOTS.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How far the measures of a face err, mirrored, jittered, tilted and turned."""
    _load("measures").main(data, as_json=as_json)


def device(
    seconds: Annotated[
        float | None,
        typer.Option(min=1, help="Length of the clip (8), or how long visitors send (300)."),
    ] = None,
    visitors: Annotated[
        int, typer.Option(min=0, help="Instead: so many devices that send to one server.")
    ] = 0,
    video: Annotated[
        Path | None, typer.Option(help="Another clip; default: a portrait that moves.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name of a model.")] = "default",
    detector: Annotated[str, typer.Option(help="short or full.")] = "short",
    steady: Annotated[str, typer.Option(help="plain or markov.")] = "plain",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """The same clip through Python and through Chromium: how equal, and how fast there.

    With --visitors: what devices cost the server that they send their seconds to.
    """
    if visitors:
        _load("visitors").main(visitors, round(seconds or 300), as_json=as_json)
    else:
        chosen = {"model": model, "detector": detector, "steady": steady}
        _load("device").main(seconds or 8.0, video, as_json=as_json, **chosen)


def api(
    count: Annotated[int, typer.Option(min=12, help="Pictures each.")] = 200,
    clients: Annotated[int, typer.Option(min=1, help="Programs that send at once.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Pictures a second and memory of the HTTP API, against a plain loop of ``analyze``."""
    _load("api").main(count, clients, as_json=as_json)


def altered(
    data: Annotated[
        Path | None, typer.Option(help="The data set; default: FER-2013 of FER_DATA_ROOTS.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Copies of each kind.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How many altered copies `dataset check` finds, and how long a whole set takes."""
    _load("altered").main(data, count, as_json=as_json)
