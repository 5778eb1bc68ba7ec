"""``python -m fer_core export RUN``."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    run: Annotated[Path, typer.Argument(help="A run's folder, as `train` prints it.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the model; default: the recipe's.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Parent folder; default: models/ in FER_DATA_DIR.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Data set; default: the run's.")] = None,
    keep_float: Annotated[
        bool, typer.Option("--float/--no-float", help="Keep the float LiteRT file.")
    ] = True,
) -> None:
    """Make a served model of a run: LiteRT float and int8, spec, metrics, card."""
    from fer_core.classification.registry import check_name
    from fer_core.config import settings
    from fer_core.datasets import load_dataset
    from fer_core.training.recipe import Recipe
    from fer_core.training.run import RunFolder

    if name is not None:
        check_name(name)
    folder = RunFolder.open(run)
    config = folder.read_config()
    recipe = Recipe.model_validate(config["recipe"])
    faces = load_dataset(data or Path(config["data"]["path"]))

    from fer_core.training.data import prepare_data
    from fer_core.training.export import export_run

    prepared = prepare_data(recipe, faces)
    if prepared.description["sha256"] != config["data"].get("sha256"):
        typer.echo(
            "Warning: these are not the data or splits that the run was trained on; temperatures "
            "are fitted on their validation rows.",
            err=True,
        )
    parent = out or settings().data_dir / "models"
    spec = export_run(
        folder,
        prepared,
        parent / (name or recipe.name),
        name=name or recipe.name,
        keep_float=keep_float,
    )
    typer.echo(f"{parent / spec.name}")
