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
