"""``python -m fer_core serve``: the app, on this computer or for the network."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets the network in, over HTTPS.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    cert: Annotated[Path | None, typer.Option(help="Your certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key (PEM).")] = None,
) -> None:
    """Serve the app and print its address; Ctrl-C stops it.

    On loopback visitors may train models, unless FER_ALLOW_TRAINING says otherwise. On any other
    address the page is served over HTTPS, since browsers give the camera to secure pages only.
    """
    import os
    import runpy
    import sys

    from fer_core.config import settings
    from fer_core.hosting import is_loopback, plan_serving
    from fer_core.hosting.announce import announce_when_served

    if is_loopback(host):
        os.environ.setdefault("FER_ALLOW_TRAINING", "1")  # before the settings are read
    plan = plan_serving(host, port, cert=cert, key=key, tls_folder=settings().data_dir / "tls")
    announce_when_served(plan, typer.echo)
    # In this very process, as `python -m streamlit` would: no second process to keep alive, and
    # Ctrl-C and SIGTERM reach the server itself.
    sys.argv = ["streamlit", *plan.streamlit_arguments()]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
