"""``python -m fer_core dataset check``: what is in a set, and what its splits share."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_core.cli.class_options import Classes, Ignore, class_choice


def check(
    data: Annotated[
        Path | None,
        typer.Argument(help="csv, parquet, folder, manifest; default: FER-2013 of FER_DATA_ROOTS."),
    ] = None,
    votes: Annotated[
        Path | None, typer.Option(help="FER+ votes; default: fer2013new.csv beside the data.")
    ] = None,
    pictures: Annotated[
        bool,
        typer.Option("--pictures", help="The set holds pictures, not faces of 48x48: count only."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Count pixel-identical duplicates only.")
    ] = False,
    classes: Classes = None,
    ignore: Ignore = None,
    samples: Annotated[
        Path | None, typer.Option(help="Write sample faces, a row for each class, to this .png.")
    ] = None,
) -> None:
    """Read a set whole: images of each class and split, duplicates between splits, warnings."""
    from fer_core.datasets import load_dataset
    from fer_core.datasets.locate import locate_dataset
    from fer_core.datasets.preview import describe_set, draw_samples, encode_png
    from fer_core.errors import DataError, InputError

    source = locate_dataset(data)
    try:
        faces = load_dataset(
            source, votes=votes, pictures=pictures, **class_choice(classes, ignore)
        )
    except DataError as error:
        if "evaluate --detect" not in str(error):
            raise
        raise DataError(f"{error} `dataset check --pictures` counts them.") from error
    report = describe_set(faces, near=not quick)
    if samples is not None and faces.images is not None:
        try:
            samples.write_bytes(encode_png(draw_samples(faces)))
        except OSError as error:
            raise InputError(f"{samples} cannot be written: {error.strerror or error}.") from error
    for sentence in report["warnings"]:
        typer.echo(f"Warning: {sentence}", err=True)
    typer.echo(json.dumps(report) if as_json else as_text(report))


def as_text(report: dict[str, Any]) -> str:
    """The report for people."""
    from fer_core.text import count_of

    splits = report["splits"]
    images = count_of(report["n"], "image")
    lines = [f"{report['data']}: {images}, splits: {report['split_note']}", ""]
    is_divided = list(splits) != ["all"]
    columns = (*splits, "all") if is_divided else ("all",)
    lines.append(f"{'':<10}" + "".join(f"{name:>14}" for name in columns))
    for label in (*report["labels"], "all"):
        counts = [sum(s.values()) if label == "all" else s[label] for s in splits.values()]
        counts += [sum(counts)] if is_divided else []
        lines.append(f"{label:<10}" + "".join(f"{n:>14}" for n in counts))
    lines.append("")
    if report["participants"] is not None:
        lines.append(count_of(report["participants"], "participant"))
    lines.append("FER+ votes: " + ("joined" if report["has_votes"] else "none"))
    if report["duplicates"] is None:
        lines.append("Duplicates were not looked for: the set holds pictures, not faces.")
    for pair in report["duplicates"] or ():
        more = (
            ""
            if pair["near"] is None
            else f" ({pair['exact_same_label']} with the same label), {pair['near']} nearly so, "
            f"{pair['altered']} flipped, turned, shifted, zoomed or inverted"
        )
        lines.append(f"{pair['first']} and {pair['second']}: {pair['exact']} pixel-identical{more}")
    plan = report["plan"]
    lines.append("Training: " + (plan["problem"] or f"split {plan['note']}"))
    return "\n".join(lines)
