"""``python -m fer_core runs list|show|stop|resume``: the runs that the Training page shows."""

import json
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Training runs: what they are at, stop, resume.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("stop")(stop)
    group.command("resume")(resume)
    app.add_typer(group, name="runs")


Name = Annotated[str, typer.Argument(help="Name of the run's folder, as `runs list` prints it.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def list_(as_json: AsJson = False) -> None:
    """All runs of FER_DATA_DIR: those at work first, then the newest."""
    from fer_core.runs import list_runs

    found = list_runs()
    if as_json:
        typer.echo(json.dumps([as_plain(info) for info in found]))
        return
    if not found:
        typer.echo("There are no runs yet. Start one: train RECIPE.")
    for info in found:
        best = "" if info.best is None else f"{info.best['val_accuracy']:6.1%}"
        typer.echo(f"{info.name:<40} {state_text(info):<28} {progress_text(info):>9} {best:>7}")


def show(
    name: Name,
    as_json: AsJson = False,
    log: Annotated[int, typer.Option(min=0, help="Also this many last lines of its log.")] = 0,
) -> None:
    """One run: state, epochs, time left, best epoch, what went wrong."""
    from fer_core.runs import find_run
    from fer_core.runs.launch import read_log

    info = find_run(name)
    if as_json:
        typer.echo(json.dumps(as_plain(info)))
        return
    lines = [
        f"run         {info.path}",
        f"state       {state_text(info)}",
        f"recipe      {info.recipe.get('name')}: {info.recipe.get('about')}",
        f"data        {info.data.get('path')}",
        f"epochs      {progress_text(info)}",
    ]
    if info.left_s is not None:
        lines.append(f"time left   {duration_text(info.left_s)}")
    if info.best is not None:
        row = info.best
        lines.append(f"best epoch  {row['epoch']:.0f}, validation {row['val_accuracy']:.1%}")
    if info.export.get("model"):
        lines.append(f"model       {info.export['model']} ({info.export.get('state')})")
    if info.problem:
        lines.append(f"problem     {info.problem}")
    if log:
        lines += ["", read_log(info, lines=log)]
    typer.echo("\n".join(lines))


def stop(name: Name) -> None:
    """Ask a run to stop; its best epoch so far stays."""
    from fer_core.runs import request_stop

    request_stop(name)
    typer.echo(f"{name} stops after the step it is in; `runs resume {name}` goes on.")


def resume(name: Name) -> None:
    """Let a run go on in the background, from its last finished epoch."""
    from fer_core.runs import resume_run

    info = resume_run(name)
    typer.echo(f"{name} goes on in the background ({state_text(info)}); `runs show {name}` tells.")


def state_text(info: Any) -> str:
    """The state in a word or two."""
    return f"{info.state}, place {info.place}" if info.place else str(info.state)


def progress_text(info: Any) -> str:
    """Finished epochs of how many."""
    return f"{len(info.rows)}/{info.epochs}"


def duration_text(seconds: float) -> str:
    """Hours and minutes, or seconds where it is less than a minute."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def as_plain(info: Any) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "name": info.name,
        "path": str(info.path),
        "state": str(info.state),
        "place": info.place,
        "recipe": info.recipe.get("name"),
        "data": info.data.get("path"),
        "epoch": len(info.rows),
        "epochs": info.epochs,
        "left_s": info.left_s,
        "best": info.best,
        "problem": info.problem,
        "export": info.export or None,
    }
