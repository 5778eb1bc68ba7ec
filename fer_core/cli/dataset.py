"""``python -m fer_core dataset ...``: make sets of faces."""

from pathlib import Path
from typing import Annotated

import typer

from fer_core.cli.dataset_archive import export_, import_
from fer_core.cli.dataset_check import check
from fer_core.cli.dataset_split import finetune, split


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Sets of faces: make one from videos, check, split, fine-tune, export, import.",
        no_args_is_help=True,
    )
    group.command("clips")(clips)
    group.command("build")(build)
    group.command("check")(check)
    group.command("split")(split)
    group.command("finetune")(finetune)
    group.command("export")(export_)
    group.command("import")(import_)
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
    videos: Annotated[list[Path], typer.Argument(help="Video files, or folders with them.")],
    out: Annotated[Path, typer.Option(help="A new folder for the set.")],
    labels: Annotated[
        Path | None,
        typer.Option(
            help="CSV with file, participant, emotion; default: labels.csv in the first folder."
        ),
    ] = None,
    detector: Annotated[
        str, typer.Option(help="short: aligned by the eyes; haar: its box as it is.")
    ] = "short",
    per_second: Annotated[
        float, typer.Option(min=0.1, max=60, help="Frames of each second that are looked at.")
    ] = 5.0,
    published: Annotated[
        bool,
        typer.Option(
            "--published",
            help="As the published system: Haar, every frame, nearly equal faces kept.",
        ),
    ] = False,
) -> None:
    """Cut faces from labelled videos into a set that `train` and `evaluate` read."""
    from fer_core.errors import ConfigError
    from fer_core.studio.cutting import DETECTORS, Detector

    def say(line: str) -> None:
        typer.echo(line, err=True)

    if published:
        from fer_core.datasets.build import build_set
        from fer_core.detection import create_detector

        if len(videos) != 1:
            raise ConfigError(f"--published takes one folder of videos. Received: {len(videos)}.")
        made = build_set(videos[0], out, create_detector("haar"), labels=labels, report=say)
        detector, dropped = "haar", 0
    else:
        from fer_core.studio.build import build_from_videos

        known: dict[str, Detector] = {name: name for name in DETECTORS}
        if detector not in known:
            raise ConfigError(
                f"--detector must be one of {', '.join(known)}. Received: {detector!r}."
            )
        made, dropped = build_from_videos(
            videos, out, labels=labels, detector=known[detector], sample_hz=per_second, report=say
        )
    lost = f", {dropped} nearly equal ones dropped" if dropped else ""
    from fer_core.text import count_of

    faces, frames = count_of(made.faces, "face"), count_of(made.frames, "frame")
    typer.echo(
        f"{out}: {faces} of {frames} in {count_of(made.clips, 'clip')}{lost}; "
        f"{detector} found nothing at all in {count_of(len(made.empty_clips), 'clip')}."
    )
