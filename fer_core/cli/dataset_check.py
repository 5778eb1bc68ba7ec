"""``python -m fer_core dataset check``: what is in a set, and what its splits share."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer


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
) -> None:
    """Read a set whole: images of each class and split, duplicates between splits, warnings."""
    from fer_core.datasets import load_dataset
    from fer_core.datasets.locate import locate_dataset
    from fer_core.errors import DataError

    source = locate_dataset(data)
    try:
        faces = load_dataset(source, votes=votes, pictures=pictures)
    except DataError as error:
        if "evaluate --detect" not in str(error):
            raise
        raise DataError(f"{error} `dataset check --pictures` counts them.") from error
    report = describe(faces)
    for sentence in report["warnings"]:
        typer.echo(f"Warning: {sentence}", err=True)
    typer.echo(json.dumps(report) if as_json else as_text(report))


def describe(faces: Any) -> dict[str, Any]:
    """Counts, duplicates (None where the set holds pictures, not faces) and warnings as JSON."""
    from dataclasses import asdict

    from fer_core.datasets.duplicates import count_duplicates
    from fer_core.datasets.names import sort_splits

    pairs = None if faces.images is None else [asdict(c) for c in count_duplicates(faces)]
    names = sort_splits(faces.split_counts())
    return {
        "data": faces.name,
        "data_sha256": faces.data_hash(),
        "split_note": faces.split_note,
        "n": len(faces),
        "labels": list(faces.label_names),
        "splits": {name: dict(faces.split(name).class_counts()) for name in names},
        "participants": None if faces.participants is None else len(set(faces.participants)),
        "has_votes": faces.votes is not None,
        "duplicates": pairs,
        "warnings": list(faces.warnings),
    }


def as_text(report: dict[str, Any]) -> str:
    """The report for people."""
    splits = report["splits"]
    lines = [f"{report['data']}: {report['n']} images, splits: {report['split_note']}", ""]
    lines.append(f"{'':<10}" + "".join(f"{name:>14}" for name in (*splits, "all")))
    for label in (*report["labels"], "all"):
        counts = [sum(s.values()) if label == "all" else s[label] for s in splits.values()]
        lines.append(f"{label:<10}" + "".join(f"{n:>14}" for n in (*counts, sum(counts))))
    lines.append("")
    if report["participants"] is not None:
        lines.append(f"{report['participants']} participants")
    lines.append("FER+ votes: " + ("joined" if report["has_votes"] else "none"))
    if report["duplicates"] is None:
        lines.append("Duplicates were not looked for: the set holds pictures, not faces.")
    for pair in report["duplicates"] or ():
        lines.append(
            f"{pair['first']} and {pair['second']}: {pair['exact']} pixel-identical "
            f"({pair['exact_same_label']} with the same label), {pair['near']} nearly so"
        )
    return "\n".join(lines)
