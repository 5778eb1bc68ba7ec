"""``python -m fer_core train RECIPE``."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_core.cli.class_options import Classes, Ignore, class_choice


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
        Path | None,
        typer.Option(help="Weights (.h5) of mobilenet, resnet or dlib_face."),
    ] = None,
    weights_sha256: Annotated[str | None, typer.Option(help="Their sha256.")] = None,
    classes: Classes = None,
    ignore: Ignore = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Processors to use.")] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Let every other program go first.")
    ] = False,
) -> None:
    """Train a recipe; stop with Ctrl-C or `runs stop`, go on with --resume.

    One training at a time: while another one runs in the same FER_DATA_DIR, this one waits.
    """
    from fer_core.config import settings
    from fer_core.datasets import load_dataset
    from fer_core.datasets.locate import locate_dataset
    from fer_core.errors import ConfigError
    from fer_core.runs.turns import yield_to_others
    from fer_core.training.recipe import NetworkPart, Recipe, load_recipe
    from fer_core.training.run import RunFolder, check_free, check_resumable, last_run

    if background:
        yield_to_others()
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
        kept = config["data"]
        choice: dict[str, Any] = {
            "classes": kept.get("classes", {}),
            "ignore": kept.get("ignore", []),
        }
        teacher = [Path(path) for path in config.get("teachers", [])]
        start = Path(config["start"]) if config.get("start") else None
        check_free(folder)
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
        choice = class_choice(classes, ignore)

    def prepare() -> Any:
        faces = load_dataset(source, **choice)
        # Keras takes seconds to load: what can be wrong before has been found by now.
        from fer_core.training.data import prepare_data

        prepared = prepare_data(chosen, faces)
        prepared.description.update({"path": str(source.resolve()), **_given(choice)})
        return prepared

    # A new run's mistakes are found before it has a folder; a run that goes on has one, and loads
    # its data when its turn comes, so that what waits takes no memory.
    ready = None if resume else prepare()
    if not resume:
        folder = RunFolder.create(runs, chosen.name)

    def work() -> None:
        prepared = prepare() if ready is None else ready
        if resume:
            check_resumable(folder, prepared.description["sha256"])
        from fer_core.training.trainer import train as train_recipe

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

    begun = {
        "recipe": chosen.model_dump(mode="json"),
        "data": {"path": str(source.resolve()), **_given(choice)},
        "teachers": [str(path.resolve()) for path in teacher or []],
        "start": str(start.resolve()) if start is not None else None,
    }
    _work_in_turn(folder, begun, work)
    typer.echo(str(folder.path))


def _given(choice: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in choice.items() if value}


def _work_in_turn(folder: Any, begun: dict[str, Any], work: Callable[[], None]) -> None:
    """Wait for the turn and train; a new run of which nothing began leaves no folder."""
    from fer_core.errors import FerError
    from fer_core.runs.turns import work_in_turn

    is_new = not (folder.path / "config.json").exists()
    if is_new:
        folder.write_json("config.json", begun)
    typer.echo(f"{folder.path}", err=True)
    try:
        work_in_turn(folder, work, lambda line: typer.echo(line, err=True))
    except FerError:
        # Nothing began: weights of another network, say.
        if is_new and folder.read_json("config.json") == begun:
            shutil.rmtree(folder.path)
        raise
