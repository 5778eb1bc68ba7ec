"""``python -m fer_core certificate``: an authority of this computer's own, for phones to trust."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("certificate")(certificate)


def certificate(
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="Further names or addresses that it may sign for, beside local ones; again for "
            "more."
        ),
    ] = None,
    anew: Annotated[
        bool, typer.Option(help="Make another, though there is one: phones must take it in again.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder for the files that phones install.")] = Path(),
) -> None:
    """Make a certificate authority for this computer, and the files by which devices trust it.

    Afterwards `serve` signs its certificates by it and renews them by itself; /certificate of the
    served address says what to do on a phone.
    """
    import socket

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    from fer_core.config import settings
    from fer_core.errors import ConfigError
    from fer_core.hosting.authority import Authority, make_authority, profile_of

    folder = settings().data_dir / "tls"
    found = Authority.of(folder)
    if anew or not found.is_there:
        found = make_authority(folder, socket.gethostname(), name or ())
    elif name:
        raise ConfigError(
            "There is an authority already: --anew makes another, which may sign for these names."
        )
    cert = found.read()
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "mien.mobileconfig").write_bytes(profile_of(cert))
        (out / "mien.crt").write_bytes(cert.public_bytes(Encoding.DER))
    except OSError as error:
        raise ConfigError(f"The files can't be written to {out}: {error.strerror}.") from error
    typer.echo(
        f"The authority lies in {folder}, its key readable by you only; it is good until "
        f"{cert.not_valid_after_utc:%Y-%m-%d}."
    )
    typer.echo(f"For iPhones, iPads and Macs: {out / 'mien.mobileconfig'}")
    typer.echo(f"For Android, Windows, Linux and browsers: {out / 'mien.crt'}")
    typer.echo(f"Fingerprint (SHA-256): {cert.fingerprint(hashes.SHA256()).hex(':').upper()}")
    typer.echo("Start the app anew; /certificate of its address says what to do on each device.")
