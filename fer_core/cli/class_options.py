"""``--classes`` and ``--ignore``: what folders and labels of a set mean that name no emotion."""

from typing import Annotated, Any

import typer

Classes = Annotated[
    str | None,
    typer.Option(
        "--classes",
        metavar="NAME=EMOTION,...",
        help="What class folders or labels mean, such as 1=surprise,2=fear.",
    ),
]
Ignore = Annotated[
    str | None,
    typer.Option("--ignore", metavar="NAME,...", help="Class folders or labels to leave out."),
]


def class_choice(classes: str | None, ignore: str | None) -> dict[str, Any]:
    """The arguments ``classes`` and ``ignore`` of ``load_dataset``.

    Raises:
        ConfigError: a class is given in another form.
    """
    from fer_core.datasets.names import parse_classes

    ignored = [name.strip() for name in (ignore or "").split(",") if name.strip()]
    return {"classes": parse_classes(classes or ""), "ignore": ignored}
