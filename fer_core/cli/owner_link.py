"""``python -m fer_core owner-link``: a new link for the owner, while the app runs or not."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("owner-link")(owner_link)


def owner_link(
    url: Annotated[str, typer.Option(help="Where the app is served.")] = "http://127.0.0.1:8501",
) -> None:
    """Print a link that makes one browser the owner's; for when the first one is lost."""
    from fer_core.access.owner import make_owner_query
    from fer_core.storage import shared_store

    query = make_owner_query(shared_store(), again=True)
    typer.echo(f"{url.rstrip('/')}{query}")
