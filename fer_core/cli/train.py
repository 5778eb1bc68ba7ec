"""``python -m fer_core train RECIPE``."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train)


def train(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or a .toml file.")],
    data: Annotated[
        Path | None, typer.Option(help="Data set; default: the first that FER_DATA_ROOTS holds.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run of this recipe.")
    ] = False,
    run: Annotated[Path | None, typer.Option(help="With --resume: the run's folder.")] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Begin with the best weights of this run.")
    ] = None,
    teacher: Annotated[
        list[Path] | None,
        typer.Option(help="A run that teaches (distillation); may be given several times."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Backbone weights (.h5) for mobilenet and resnet.")
    ] = None,
    weights_sha256: Annotated[str | None, typer.Option(help="Their sha256.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Processors to use.")] = None,
) -> None:
    """Train a recipe; stop with Ctrl-C, go on with --resume."""
    from fer_core.config import settings
    from fer_core.datasets import load_dataset
    from fer_core.datasets.locate import locate_dataset
    from fer_core.errors import ConfigError, FerError
    from fer_core.training.recipe import NetworkPart, Recipe, load_recipe
    from fer_core.training.run import RunFolder, check_resumable, last_run

    runs = settings().data_dir / "runs"
    if resume:
        is_file = recipe.endswith(".toml") and run is None
        name = load_recipe(recipe).name if is_file else Path(recipe).stem
        folder = RunFolder.open(run) if run is not None else last_run(runs, name)
        config = folder.read_config()
        chosen = Recipe.model_validate(config["recipe"])
        if epochs is not None:
            chosen = chosen.model_copy(update={"epochs": epochs})
        source = data or Path(config["data"]["path"])
        teacher = [Path(path) for path in config.get("teachers", [])]
    else:
        chosen = load_recipe(recipe, epochs=epochs, seed=seed)
        if weights is not None:
            if weights_sha256 is None:
                raise ConfigError(
                    f"The weights {weights} need --weights-sha256, so that no other file is taken."
                )
            part = chosen.network.model_dump() | {
                "weights": weights.resolve(),
                "weights_sha256": weights_sha256,
            }
            chosen = chosen.model_copy(update={"network": NetworkPart.model_validate(part)})
        source = locate_dataset(data)
    faces = load_dataset(source)

    # Keras takes seconds to load: what can be wrong before has been found by now.
    from fer_core.training.data import prepare_data

    prepared = prepare_data(chosen, faces)
    prepared.description["path"] = str(source.resolve())
    if resume:
        check_resumable(folder, prepared.description["sha256"])
    else:
        folder = RunFolder.create(runs, chosen.name)
    typer.echo(f"{folder.path}", err=True)
    from fer_core.training.trainer import train as train_recipe

    try:
        train_recipe(
            chosen,
            prepared,
            folder,
            resume=resume,
            teachers=[RunFolder.open(path) for path in teacher or []],
            start=RunFolder.open(start) if start is not None else None,
            threads=threads,
            report=lambda line: typer.echo(line, err=True),
        )
    except FerError:
        if not any(folder.path.iterdir()):  # nothing began: weights of another network, say
            folder.path.rmdir()
        raise
    typer.echo(str(folder.path))
