"""``dataset export`` and ``dataset import``: a recorded set as one archive."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fer_core.cli.class_options import Classes, Ignore, class_choice


def export_(
    name: Annotated[str, typer.Argument(help="Name of a recorded set of FER_DATA_DIR.")],
    out: Annotated[Path, typer.Option(help="A new .zip file.")],
) -> None:
    """Write a recorded set as one archive: manifest, pictures, consents with their versions."""
    from fer_core.errors import InputError
    from fer_core.studio import StudioSet
    from fer_core.studio.archive import export_set

    found = StudioSet.find(name)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(f"{out} cannot be made ({error.strerror}): name a new file.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            count = export_set(found, file)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    from fer_core.text import count_of

    typer.echo(
        f"{out}: {count_of(count, 'face')}. It holds pictures of people: keep it as you keep them."
    )


def import_(
    archive: Annotated[Path, typer.Argument(help="A .zip that `dataset export` wrote.")],
    title: Annotated[str | None, typer.Option(help="Another name for the set.")] = None,
    classes: Classes = None,
    ignore: Ignore = None,
) -> None:
    """Take a recorded set in; nothing but a whole and sound set is unpacked."""
    from fer_core.errors import InputError
    from fer_core.studio.archive import import_set

    try:
        with archive.open("rb") as file:
            made = import_set(file, title=title, **class_choice(classes, ignore))
    except OSError as error:
        raise InputError(f"{archive} cannot be read ({error.strerror}).") from error
    from fer_core.text import count_of

    typer.echo(f"{made.path}: {count_of(len(made.rows()), 'face')}")
