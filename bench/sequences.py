"""Three filters over the same held-out generated sequences, in one run.

The sequences are drawn as ``train-recurrent`` draws those that it keeps for this: from a part of
the training faces that no filter saw (``held_out``; the network itself was trained on these
faces), and from a half of the public test faces (``held_out_public``), which neither saw.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from fer_core.classification import load_classifier, load_head, resolve_model_dir
from fer_core.datasets import load_dataset
from fer_core.datasets.locate import locate_dataset
from fer_core.temporal import FILTERS, MarkovFilter, PlainFilter, RecurrentFilter
from fer_core.training.recurrent import compare_recurrent, held_out_sets
from fer_core.training.recurrent_network import HeadRecipe


def run_sequences_bench(data: Path | None = None, model: str = "default") -> dict[str, Any]:
    """Set -> filter -> figures; see ``evaluation.sequences.score_filter``."""
    folder = resolve_model_dir(model)
    head = load_head(folder)
    sets = held_out_sets(
        load_dataset(locate_dataset(data)),
        HeadRecipe.model_validate(head.spec.recipe),
        load_classifier(folder, embed=True),
    )
    filters = {"plain": PlainFilter(), "markov": MarkovFilter(), "recurrent": RecurrentFilter(head)}
    return compare_recurrent(filters, sets)


def main(data: Path | None = None, model: str = "default", *, as_json: bool = False) -> None:
    """Measure and print."""
    report = run_sequences_bench(data, model)
    if as_json:
        print(json.dumps(report))
        return
    for name, figures in report.items():
        print(f"{name} (generated sequences)")
        for key, values in figures.items():
            print(
                f"  {FILTERS[key]:<22}{values['accuracy']:6.1%} of frames right, log loss "
                f"{values['log_loss']:.3f}, {values['changes']:.2f} changes per true one; labels "
                f"shown: {values['label_changes']:.2f} changes, {values['delay_s']:.2f} s late"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.sequences", description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    main(arguments.data, arguments.model, as_json=arguments.json)
