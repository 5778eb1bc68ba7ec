"""A recipe fitted to a data set and to what a person changed of it."""

from typing import Any

from pydantic import ValidationError

from fer_core.errors import ConfigError
from fer_core.text import Sentence, mark
from fer_core.training.recipe import Recipe, load_recipe, recipe_names

#: What may be changed on the page: name -> part of the recipe; None: its top level.
SETTINGS: dict[str, str | None] = {
    "name": None,
    "epochs": None,
    "batch_size": None,
    "seed": None,
    "learning_rate": "optimizer",
    "class_weight": "optimizer",
}


def startable_recipes() -> dict[str, Recipe]:
    """Recipes that need nothing but a data set: no teacher, no weights of others."""
    found = {name: load_recipe(name) for name in recipe_names()}
    return {
        name: recipe
        for name, recipe in found.items()
        if not recipe.optimizer.teacher_share and recipe.network.weights is None
    }


def adapt_recipe(
    recipe: Recipe, *, labels: tuple[str, ...], has_votes: bool, **settings: Any
) -> tuple[Recipe, list[str]]:
    """The recipe with these settings, for a set of these classes; and what was changed, in words.

    A set without FER+ votes is learned by its own labels alone, and a class that it lacks is left
    out of the network.

    Raises:
        ConfigError: an impossible value, or fewer than two classes in common.
    """
    values = recipe.model_dump(mode="python")
    notes: list[str] = []
    for name, value in settings.items():
        part = SETTINGS[name]
        (values if part is None else values[part])[name] = value
    if recipe.optimizer.ferplus_weight and not has_votes:
        values["optimizer"]["ferplus_weight"] = 0.0
        values["network"]["options"]["ferplus"] = False
        notes.append(mark("The set has no FER+ votes, so the network learns its own labels only."))
    known = tuple(name for name in recipe.data.labels if name in labels)
    if len(known) < 2:
        raise ConfigError(
            f"Training needs at least two classes of {', '.join(recipe.data.labels)}. "
            f"Received: {', '.join(labels) or 'none'}."
        )
    if known != recipe.data.labels:
        lacking = [name for name in recipe.data.labels if name not in known]
        values["data"]["labels"] = known
        notes.append(
            Sentence(
                mark("The set has no {classes}: the model will not know it."),
                classes=", ".join(lacking),
            )
        )
    left_out = [name for name in labels if name not in recipe.data.labels]
    if left_out:
        notes.append(
            Sentence(mark("The recipe leaves {classes} out."), classes=", ".join(left_out))
        )
    try:
        return Recipe.model_validate(values), notes
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "recipe"
        raise ConfigError(
            f"The setting {where} is not possible: {first['msg']}. "
            f"Received: {first.get('input')!r}."
        ) from error
