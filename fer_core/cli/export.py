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
    mirrored: Annotated[
        bool,
        typer.Option(
            "--mirrored",
            help="Answer with the mean over a face and its mirror image, for twice the time.",
        ),
    ] = False,
    should_evaluate: Annotated[
        bool,
        typer.Option(
            "--evaluate", help="Also score it on its validation rows, beside the live page's model."
        ),
    ] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Let every other program go first.")
    ] = False,
) -> None:
    """Make a served model of a run: LiteRT float and int8, spec, metrics, card."""
    from fer_core.classification.registry import check_name
    from fer_core.config import MODELS_DIR, settings
    from fer_core.errors import BusyError, ConfigError
    from fer_core.locks import try_hold
    from fer_core.runs.listing import EXPORT_LOCK
    from fer_core.runs.turns import yield_to_others
    from fer_core.training.recipe import Recipe
    from fer_core.training.run import RunFolder

    if background:
        yield_to_others()
    if name is not None:
        check_name(name)
    folder = RunFolder.open(run)
    config = folder.read_config()
    recipe = Recipe.model_validate(config["recipe"])
    called = name or recipe.name
    if out is None and (MODELS_DIR / called).exists():
        raise ConfigError(
            f"The name {called!r} belongs to the project, whose model would be served instead: "
            "choose another one with --name."
        )
    if data is None and "path" not in config["data"]:
        raise ConfigError(
            f"The run {folder.path.name} does not say where its data set lies: give it with --data."
        )
    if out is not None and should_evaluate:
        raise ConfigError("--evaluate scores served models: leave out --out, or call `evaluate`.")
    with try_hold(folder.path / EXPORT_LOCK) as is_mine:
        if not is_mine:
            raise BusyError(f"A model of the run {folder.path.name} is being made already.")
        from fer_core.training.export_job import ExportRequest, make_model

        request = ExportRequest(
            run=folder,
            recipe=recipe,
            name=called,
            parent=out or settings().data_dir / "models",
            data=data or Path(config["data"]["path"]),
            keep_float=keep_float,
            mirrored=mirrored,
            should_evaluate=should_evaluate,
        )
        path = make_model(request, say=lambda line: typer.echo(line, err=True))
    typer.echo(f"{path}")
