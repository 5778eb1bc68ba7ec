"""The model card beside the weights: what it is, what it is for, what it is not."""

from pathlib import Path
from typing import Any

from fer_core.classification.spec import ModelSpec
from fer_core.evaluation.origins import origin_of


def write_card(folder: Path, spec: ModelSpec, metrics: dict[str, Any]) -> None:
    """Write ``README.md`` from spec and export figures; test scores are in ``results.csv``."""
    size = ", ".join(f"{v} {n / 1e6:.2f} MB" for v, n in metrics["bytes"].items())
    speed = ", ".join(f"{v} {ms:.2f} ms" for v, ms in metrics["latency_ms"].items())
    accuracy = ", ".join(f"{v} {m['accuracy']:.1%}" for v, m in metrics["validation"].items())
    agree = metrics["agreement"]
    served = " + ".join(f"{w:g} x {name}" for name, w in spec.served.items())
    leaky = " (leaky)" if spec.data["leaky"] and "(leaky)" not in spec.data["split"] else ""
    kept = "the last" if spec.recipe["monitor"] == "last" else "the best on the validation split"
    shown = f"{spec.input.size}x{spec.input.size} grey face, normalised `{spec.input.normalize}`"
    shown += ", with its mirror image" if spec.mirrored else ""
    stages = f" in {metrics['stages']} stages" if metrics["stages"] > 1 else ""
    names = spec.data.get("knows_faces")
    taught_by = f" ({', '.join(names)})" if names else ""
    text = f"""# {spec.name}

{spec.recipe["about"]}

| | |
|---|---|
| architecture | {spec.architecture}, {spec.parameters:,} parameters |
| classes | {", ".join(spec.labels)} |
| input | {shown} |
| outputs | {", ".join(spec.outputs)}; served: {served} |
| learned | {origin_of(spec)}{taught_by} |
| trained on | {spec.data["name"]}, split {spec.data["split"]}{leaky} |
| epoch kept | {metrics["best_epoch"]} of {metrics["epochs"]}{stages}, {kept} |
| validation accuracy, as served | {accuracy} (n = {metrics["validation"]["int8"]["n"]}) |
| size | {size} |
| one face, one thread, where it was exported | {speed} |
| float and int8 agree | {agree["top1"]:.1%} of top-1, {agree["top1_where_sure"]:.1%} where the \
float margin is at least {agree["margin"]} |

Figures on the test split are in `../results.csv`, written by `python -m fer_core evaluate`.

**For**: showing the expression of a face in seven words, with its uncertainty.
**Not for**: saying what a person feels, or deciding anything about them. The labels of FER-2013
are noisy, its people were collected from the web and are unevenly spread over age, sex and
origin, and nobody asked them; rights of the pictures are unclear, and none is part of this
project. Inferring emotions of people at work or in education is prohibited in the EU
(Regulation 2024/1689, Art. 5(1)(f)).
"""
    (folder / "README.md").write_text(text, encoding="utf-8")
