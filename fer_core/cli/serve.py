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
    base_path: Annotated[
        str,
        typer.Option(
            help="Path of the address below which the app lies, such as /mien.",
            envvar="STREAMLIT_SERVER_BASE_URL_PATH",
        ),
    ] = "",
) -> None:
    """Serve the app and print its address, at first with the owner's link; Ctrl-C stops it.

    On loopback visitors may train models, unless FER_ALLOW_TRAINING says otherwise. On any other
    address the page is served over HTTPS, since browsers give the camera to secure pages only.
    """
    import os
    import signal
    import sys

    from fer_core.access.login import check_mapping
    from fer_core.config import PROJECT_ROOT, settings
    from fer_core.hosting import clean_base_path, is_loopback, plan_serving
    from fer_core.hosting.announce import announce_when_served

    if is_loopback(host):
        os.environ.setdefault("FER_ALLOW_TRAINING", "1")  # before the settings are read
    plan = plan_serving(
        host,
        port,
        cert=cert,
        key=key,
        tls_folder=settings().data_dir / "tls",
        base_path=clean_base_path(base_path),
    )
    check_mapping(settings().roles)
    if settings().analyse == "device":
        from fer_core.device.networks import check_detector

        check_detector(settings().detector)
    # Streamlit looks beside the program for .streamlit/.
    sys.argv = [str(PROJECT_ROOT / "streamlit_app.py")]
    from fer_core.app import door

    def welcome(line: str) -> None:
        typer.echo(line)
        if query := door.owner_query():
            typer.echo(
                f"You are the owner: {plan.urls[0]}{query} (works once, in the browser that "
                "opens it first; other roles are given on its Access page)"
            )

    announce_when_served(plan, welcome)
    # In this very process: no second one to keep alive. The server ends by itself on Ctrl-C and
    # SIGTERM, then raises the signal once more: what is left to do is to leave.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    door.serve(plan.streamlit_options(), base_path=plan.base_path)
