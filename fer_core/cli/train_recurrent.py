"""``python -m fer_core train-recurrent``: the recurrent head of a model."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train-recurrent")(train_recurrent)


def train_recurrent(
    model: Annotated[str, typer.Option(help="Name of the model that gets the head.")] = "default",
    data: Annotated[
        Path | None,
        typer.Option(help="Still faces to generate sequences of; default: from FER_DATA_ROOTS."),
    ] = None,
    recorded: Annotated[
        list[Path] | None,
        typer.Option(
            help="A set of recorded sequences (manifest.csv); may be given several times."
        ),
    ] = None,
    only_recorded: Annotated[
        bool, typer.Option("--only-recorded", help="Generate nothing.")
    ] = False,
    recipe: Annotated[Path | None, typer.Option(help="A .toml file; default: gru.toml.")] = None,
) -> None:
    """Train a recurrent network over a model's embedding, and put it beside the model.

    It is trained on sequences generated from the faces of the training split, and on recorded
    ones; some minutes on two cores. What it is worth against the other filters is measured on
    generated sequences that share no picture with those, and printed.
    """
    from fer_core.classification import resolve_model_dir
    from fer_core.datasets import load_dataset
    from fer_core.datasets.locate import locate_dataset
    from fer_core.training.recurrent import train_head
    from fer_core.training.recurrent_network import load_head_recipe

    chosen = load_head_recipe(recipe)
    folder = resolve_model_dir(model)
    sets = [load_dataset(path, resize=True) for path in recorded or ()]
    faces = None if only_recorded else load_dataset(locate_dataset(data))
    spec = train_head(folder, chosen, faces, sets, say=typer.echo)
    for name, figures in spec.figures.items():
        for key, values in figures.items():
            told = ", ".join(f"{measure} {value:.3f}" for measure, value in values.items())
            typer.echo(f"{name}  {key}: {told}")
    typer.echo(f"The recurrent head of {folder.name} is in {folder.name}/recurrent.")
