"""Recipes fitted to a set."""

from importlib import import_module
from inspect import signature

import pytest

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.runs.adapt import adapt_recipe, startable_recipes
from fer_core.training.recipe import load_recipe, recipe_names


def test_recipes_that_need_more_than_data_are_not_offered() -> None:
    found = startable_recipes()
    assert "longer" not in found, "it needs a teacher"
    assert {"first", "lenet"} <= found.keys()


def test_settings_replace_the_recipe_s() -> None:
    base = load_recipe("first")
    changed, notes = adapt_recipe(
        base,
        labels=EMOTIONS,
        has_votes=True,
        name="mine",
        epochs=3,
        batch_size=8,
        seed=7,
        learning_rate=0.5,
        class_weight="balanced",
    )
    assert notes == []
    assert (changed.name, changed.epochs, changed.batch_size, changed.seed) == ("mine", 3, 8, 7)
    assert changed.optimizer == base.optimizer.model_copy(
        update={"learning_rate": 0.5, "class_weight": "balanced"}
    )
    assert changed.network == base.network


def test_a_set_without_votes_and_disgust() -> None:
    labels = tuple(name for name in EMOTIONS if name != "disgust")
    recipe, notes = adapt_recipe(
        load_recipe("first"), labels=(*labels, "contempt"), has_votes=False
    )
    assert recipe.data.labels == labels
    assert recipe.optimizer.ferplus_weight == 0
    assert recipe.network.options["ferplus"] is False
    said = " ".join(notes)
    assert all(word in said for word in ("FER+", "no disgust", "contempt out"))


@pytest.mark.parametrize(
    "name", [name for name in recipe_names() if load_recipe(name).optimizer.ferplus_weight]
)
def test_no_head_is_left_that_nothing_teaches(name: str) -> None:
    recipe, _ = adapt_recipe(load_recipe(name), labels=EMOTIONS, has_votes=False)
    assert recipe.network.options["ferplus"] is False
    known = signature(import_module(f"fer_core.zoo.{recipe.network.architecture}").build)
    assert "ferplus" in known.parameters


@pytest.mark.parametrize(
    ("labels", "settings", "says"),
    [
        (("happy",), {}, "at least two classes"),
        (EMOTIONS, {"epochs": 0}, "epochs"),
        (EMOTIONS, {"name": "Über"}, "name"),
        (EMOTIONS, {"learning_rate": -1}, "learning_rate"),
    ],
)
def test_what_is_not_possible_is_one_sentence(labels, settings, says) -> None:
    with pytest.raises(ConfigError, match=says):
        adapt_recipe(load_recipe("lenet"), labels=labels, has_votes=False, **settings)
