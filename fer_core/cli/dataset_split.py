"""``dataset split`` and ``dataset finetune``: what splits would report, and a personal model."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_core.cli.class_options import Classes, Ignore, class_choice

Data = Annotated[Path, typer.Argument(help="A set that names participants.")]


def split(
    data: Data,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    classes: Classes = None,
    ignore: Ignore = None,
) -> None:
    """What each way of splitting a set would report, and what it shares between its sides.

    A head is fine-tuned on each training side and scored on the other: by participant, leaving
    one participant out, and by frame, which is leaky.
    """
    from fer_core.datasets import load_dataset

    faces = load_dataset(data, **class_choice(classes, ignore))
    from fer_core.training.personal import embed_set, load_base, report_of

    base = load_base()
    report, _ = report_of(embed_set(faces, base), base)
    typer.echo(json.dumps(report) if as_json else as_text(report))


def finetune(
    data: Data,
    name: Annotated[str, typer.Option(help="Of the model: small letters, digits, - and _.")],
    background: Annotated[
        bool, typer.Option("--background", help="Let every other program go first.")
    ] = False,
    classes: Classes = None,
    ignore: Ignore = None,
) -> None:
    """Fine-tune the head of the project's model on a set: a model that the live page offers."""
    from fer_core.runs.turns import yield_to_others
    from fer_core.studio.jobs import finetune_set

    if background:
        yield_to_others()
    out, report = finetune_set(
        data,
        name,
        say=lambda line: typer.echo(line, err=True),
        choice=class_choice(classes, ignore),
    )
    typer.echo(as_text(report), err=True)
    typer.echo(str(out))


def as_text(report: dict[str, Any]) -> str:
    """The report for people."""
    from fer_core.text import count_of

    people = count_of(report["participants"], "participant")
    lines = [f"{count_of(report['faces'], 'face')}, {people}", ""]
    lines.append(f"{'split':<16}{'train':>7}{'test':>7}{report['base']:>10}{'tuned':>9}  range")
    for row in report["splits"]:
        if row["problem"]:
            lines.append(f"{row['title']:<16}{row['problem']}")
            continue
        lines.append(
            f"{row['title']:<16}{row['train']:>7}{row['test']:>7}{row['before']:>10.1%}"
            f"{row['after']:>9.1%}  {row['low']:.1%} to {row['high']:.1%} ({row['range']})"
        )
        if row["shared_takes"]:
            near = row["shared_near"] or 0.0
            lines.append(
                f"{'':<16}{row['shared_takes']:.0%} of its test faces have their take in train, "
                f"{near:.0%} a nearly equal face"
            )
        if row["warning"]:
            lines.append(f"{'':<16}{row['warning']}")
    held_out = report["held_out"]
    lines += ["", f"Held out, {held_out['how']}: {held_out['after']:.1%} of {held_out['n']}"]
    for name, row in held_out["by_participant"].items():
        lines.append(f"{name:<16}{row['n']:>7}{'':>7}{row['before']:>10.1%}{row['after']:>9.1%}")
    return "\n".join(lines)
