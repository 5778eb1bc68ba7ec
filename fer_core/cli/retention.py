"""``python -m fer_core retention``: delete what is too old, from a timer or by hand."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("retention")(retention)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Delete everything whose time is over; `serve` does so by itself, every hour."""
    from fer_core.retention import sweep
    from fer_core.storage import shared_store

    swept = sweep(shared_store(), dry_run=dry_run)
    for kind, count in swept.gone.items():
        if count:
            typer.echo(f"{kind}: {count} {'would go' if dry_run else 'deleted'}")
    if not swept.total and not swept.problems:
        typer.echo("Nothing's time is over.")
    for problem in swept.problems:
        typer.echo(problem, err=True)
    if swept.problems:
        raise typer.Exit(2)
