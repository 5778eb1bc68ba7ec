"""``python -m fer_core train RECIPE``."""

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
    from fer_core.datasets.locate import locate_dataset
    from fer_core.runs import runs_dir
    from fer_core.runs.turns import yield_to_others
    from fer_core.training.order import Order, resumed, with_weights
    from fer_core.training.recipe import load_recipe
    from fer_core.training.run import RunFolder

    if background:
        yield_to_others()
    if resume:
        folder, order = resumed(runs_dir(), recipe, run=run, data=data, epochs=epochs)
        # Loaded when its turn comes, so that what waits takes no memory.
        ready = None
    else:
        order = Order(
            with_weights(load_recipe(recipe, epochs=epochs, seed=seed), weights, weights_sha256),
            locate_dataset(data),
            class_choice(classes, ignore),
            teacher or [],
            start,
        )
        # A new run's mistakes are found before it has a folder.
        ready = order.prepare()
        folder = RunFolder.create(runs_dir(), order.recipe.name)

    def work() -> None:
        order.train(
            folder,
            ready,
            resume=resume,
            threads=threads,
            report=lambda line: typer.echo(line, err=True),
        )

    _work_in_turn(folder, order.to_dict(), work)
    typer.echo(str(folder.path))


def _work_in_turn(folder: Any, begun: dict[str, Any], work: Callable[[], None]) -> None:
    """Wait for the turn and train; a new run of which nothing began leaves no folder."""
    from fer_core.errors import FerError
    from fer_core.files import remove_whole
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
            remove_whole(folder.path)
        raise
