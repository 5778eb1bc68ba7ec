"""The command line: ``python -m fer_core COMMAND``.

Each command is a module here with ``register(app)``. Modules import at their top what is quick
(typer and the standard library) and the rest inside the command, so that ``--help`` is instant and
``predict`` never loads TensorFlow.
"""

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from fer_core.errors import FerError

#: Modules of this package, in the order ``--help`` shows their commands.
COMMANDS: Final = (
    "serve",
    "owner_link",
    "predict",
    "analyze",
    "watch",
    "train",
    "train_recurrent",
    "runs",
    "export",
    "evaluate",
    "dataset",
    "retention",
    "certificate",
    "bench",
)


class _Group(TyperGroup):
    """The one place where an error on purpose becomes a sentence on stderr and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except FerError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from error
        except ModuleNotFoundError as error:
            if error.name not in ("keras", "tensorflow"):
                raise
            typer.echo("This needs Keras and TensorFlow: pip install 'mien[train]'.", err=True)
            raise typer.Exit(2) from error


def build_app() -> typer.Typer:
    """A fresh application with every command of ``COMMANDS``."""
    app = typer.Typer(
        name="fer_core",
        cls=_Group,
        help="Mien: facial expression recognition.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # plain help loads faster and reads the same in a pipe
        pretty_exceptions_enable=False,
    )
    # Without a callback, typer would turn a single registered command into the whole program.
    app.callback()(_show_help)
    for name in COMMANDS:
        import_module(f"{__name__}.{name}").register(app)
    return app


def _show_help() -> None:
    """Mien: facial expression recognition."""


app = build_app()
