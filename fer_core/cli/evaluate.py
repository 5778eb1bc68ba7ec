"""``python -m fer_core evaluate``: how good a model is on a labelled set."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_core.cli.class_options import Classes, Ignore, class_choice


class ModelFile(StrEnum):
    """Which of a model's files is scored."""

    INT8 = "int8"
    FLOAT = "float"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    model: Annotated[
        str, typer.Option(help="Name of a model; `default` is the live page's.")
    ] = "default",
    data: Annotated[
        Path | None,
        typer.Option(help="csv, parquet, folder or manifest; default: FER-2013 of FER_DATA_ROOTS."),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="train, public_test, private_test or all; default: public_test where there is one."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    detect: Annotated[
        bool, typer.Option("--detect", help="The set holds pictures: find and cut the faces.")
    ] = False,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Also shifted, scaled, turned, blurred, ...")
    ] = False,
    tta: Annotated[
        bool, typer.Option("--tta", help="Also averaged over mirrored and ten cropped views.")
    ] = False,
    gallery: Annotated[
        Path | None, typer.Option(help="Write the surest mistakes as pictures to this .html.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Put the figures into results.csv.")
    ] = False,
    votes: Annotated[
        Path | None, typer.Option(help="FER+ votes; default: fer2013new.csv beside the data.")
    ] = None,
    detector: Annotated[
        str, typer.Option(help="With --detect: short, full, haar or yunet.")
    ] = "short",
    classes: Classes = None,
    ignore: Ignore = None,
    variant: Annotated[
        ModelFile, typer.Option(help="The file to score; the live page serves int8.")
    ] = ModelFile.INT8,
) -> None:
    """Score a model on a labelled set; every choice on public_test, private_test once.

    FER-2013 is scored with the output `fer`, FER+ votes with `ferplus`, every other set with
    what the live page serves.
    """
    from fer_core.datasets.locate import locate_dataset
    from fer_core.evaluation.run import ScoringRequest, run_scoring

    request = ScoringRequest(
        model=model,
        data=locate_dataset(data),
        split=split,
        votes=votes,
        variant=variant.value,
        detect=detect,
        detector=detector,
        robustness=robustness,
        tta=tta,
        gallery=gallery,
        record=record,
        **class_choice(classes, ignore),
    )
    report = run_scoring(request, say=lambda sentence: typer.echo(sentence, err=True))
    typer.echo(json.dumps(report, allow_nan=False) if as_json else as_text(report))


def as_text(report: dict[str, Any]) -> str:
    """The report for people: shares in percent, one decimal."""
    low, high = report["accuracy_ci95"]
    lines = [
        f"{report['model']} on {report['data']} {report['split']} ({report['split_note']}), "
        f"output {report['output']}, n = {report['n']}",
        f"accuracy            {_percent(report['accuracy'])}  "
        f"(95 % interval {_percent(low).strip()} to {_percent(high).strip()})",
    ]
    names = {
        "balanced_accuracy": "balanced accuracy",
        "macro_f1": "macro F1",
        "accuracy_without_duplicates": "without duplicates",
        "restricted_accuracy": "classes present",
        "served_accuracy": "as served",
        "ece": "calibration error",
    }
    lines += [f"{text:<20}{_percent(report[name])}" for name, text in names.items()]
    lines += [f"NLL {report['nll']:.4f} nats, Brier {report['brier']:.4f}"]
    if (ferplus := report["ferplus"]) is not None:
        lines.append(
            f"FER+ majority: {_percent(ferplus['accuracy']).strip()} of {ferplus['n']} "
            f"(8 classes), {_percent(ferplus['accuracy7']).strip()} of {ferplus['n7']} (7 classes)"
            + ("" if ferplus["kl"] is None else f", KL {ferplus['kl']:.4f} nats")
        )
    columns = ("precision", "recall", "specificity", "f1", "accuracy")
    lines += ["", f"{'':<10}" + "".join(f"{c:>13}" for c in columns) + f"{'images':>9}"]
    for name, row in report["per_class"].items():
        cells = "".join(f"{_percent(row[c]):>13}" for c in columns)
        lines.append(f"{name:<10}{cells}{row['support']:>9}")
    lines += ["", "rows true, columns predicted"]
    lines.append(f"{'':<10}" + "".join(f"{name:>10}" for name in report["labels"]))
    for name, counts in zip(report["labels"], report["confusion"], strict=True):
        lines.append(f"{name:<10}" + "".join(f"{count:>10}" for count in counts))
    for name, accuracy in report.get("robustness", {}).items():
        lines.append(f"{name:<20}{_percent(accuracy)}")
    for name, view in report.get("tta", {}).items():
        plus = view["ferplus_accuracy"]
        lines.append(
            f"{name:<20}{_percent(view['accuracy'])}  (views agree in "
            f"{_percent(view['agreement']).strip()}"
            + ("" if plus is None else f"; FER+ {_percent(plus).strip()}")
            + ")"
        )
    return "\n".join(lines)


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{100 * value:5.1f} %"
