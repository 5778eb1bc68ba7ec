"""A recipe's network, untrained or with the weights of a run."""

from typing import Any

from fer_core.errors import InputError
from fer_core.training.model import set_weights
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder, unpack
from fer_core.zoo import build_network


def network_for(recipe: Recipe, *, fast: bool, start: bool = True) -> Any:
    """The recipe's network, untrained; ``fast`` for training, plain for saving.

    Without ``start`` it needs no file of weights: others replace them.
    """
    options = dict(recipe.network.options)
    options.setdefault("size", recipe.data.size)
    options.setdefault("classes", len(recipe.data.labels))
    if recipe.network.weights is not None and start:
        options["weights"] = recipe.network.weights
        options["weights_sha256"] = recipe.network.weights_sha256
    return build_network(recipe.network.architecture, fast=fast, **options)


def load_trained(run: RunFolder, *, fast: bool = False) -> tuple[Recipe, Any]:
    """Recipe and network (plain layers unless ``fast``) of the best epoch of a run.

    Raises:
        InputError: the run has no finished epoch.
    """
    if not (run.path / "best.npz").is_file():
        raise InputError(f"The run {run.path} has no finished epoch yet. Train it first.")
    recipe = Recipe.model_validate(run.read_config()["recipe"])
    # The run's own weights replace those of a backbone, whose file may be gone by now.
    network = network_for(recipe, fast=fast, start=False)
    set_weights(network, unpack("w", run.load_arrays("best.npz")))
    return recipe, network
