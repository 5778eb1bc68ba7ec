"""``python -m fer_core dataset ...``: make sets of faces."""

from pathlib import Path
from typing import Annotated

import typer

from fer_core.cli.dataset_check import check


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Check a set of faces, or make one from videos.", no_args_is_help=True)
    group.command("clips")(clips)
    group.command("build")(build)
    group.command("check")(check)
    app.add_typer(group, name="dataset")


def clips(
    out: Annotated[Path, typer.Argument(help="A new folder for the videos.")],
    data: Annotated[
        Path | None, typer.Option(help="Faces; default: FER-2013 under FER_DATA_ROOTS.")
    ] = None,
    participants: Annotated[int, typer.Option(min=1, help="Stand-ins.")] = 40,
    frames: Annotated[int, typer.Option(min=1, help="Frames of each clip.")] = 100,
    seed: Annotated[int, typer.Option(help="Chooses faces and motion.")] = 0,
) -> None:
    """Generate stand-in videos from still faces: one clip per stand-in and expression."""
    from fer_core.datasets import load_dataset
    from fer_core.datasets.clips import generate_clips
    from fer_core.datasets.locate import locate_dataset

    faces = load_dataset(locate_dataset(data))
    listing = generate_clips(
        faces,
        out,
        participants=participants,
        frames=frames,
        seed=seed,
        report=lambda line: typer.echo(line, err=True),
    )
    typer.echo(str(listing))


def build(
    videos: Annotated[Path, typer.Argument(help="Folder with videos and labels.csv.")],
    out: Annotated[Path, typer.Argument(help="A new folder for the set.")],
    detector: Annotated[str, typer.Option(help="Which face detector cuts.")] = "haar",
    every: Annotated[int, typer.Option(min=1, help="Look at every n-th frame.")] = 1,
) -> None:
    """Cut faces from labelled videos into a set that `train` and `evaluate` read."""
    from fer_core.datasets.build import build_set
    from fer_core.detection import create_detector

    made = build_set(
        videos,
        out,
        create_detector(detector),
        every=every,
        report=lambda line: typer.echo(line, err=True),
    )
    typer.echo(
        f"{out}: {made.faces} faces of {made.frames} frames in {made.clips} clips; "
        f"{detector} missed {made.missed:.1%}, all frames of {len(made.empty_clips)} clips."
    )
