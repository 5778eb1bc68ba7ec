"""The recipe of a new run, and the settings that a form may change."""

from typing import TypedDict

import streamlit as st

from fer_core.app.training.charts import LEAKY_ICON
from fer_core.errors import FerError
from fer_core.runs.adapt import adapt_recipe, startable_recipes
from fer_core.runs.preview import Preview
from fer_core.text import markdown_sentence
from fer_core.training.recipe import Recipe

_WEIGHTS = {
    "none": "as they come",
    "sqrt": "rare classes somewhat more",
    "balanced": "every class alike",
}


def choose_recipe(preview: Preview) -> Recipe | None:
    """The recipe with what was changed of it; None, with the reason shown, where it cannot be."""
    recipes = startable_recipes()
    # The one to begin with first, then by what people call them.
    names = sorted(recipes, key=lambda name: (name != "first", recipes[name].title or name))
    chosen = st.selectbox(
        "Recipe",
        names,
        format_func=lambda name: recipe_text(recipes[name]),
        key="recipe",
        help="Network, augmentation and schedule.",
    )
    base = recipes[chosen]
    st.caption(markdown_sentence(base.about))
    with st.expander("Epochs, learning rate, name and more", icon=":material/tune:"):
        numbers = _choose_numbers(base)
        weight = _choose_weight(base)
        name = st.text_input(
            "Name",
            base.name,
            key=f"name-{base.name}",
            max_chars=41,
            help="Small letters, digits, - and _; date and time are added.",
        )
    try:
        recipe, notes = adapt_recipe(
            base,
            labels=preview.labels,
            has_votes=preview.report["has_votes"],
            name=name,
            class_weight=weight,
            **numbers,
        )
    except FerError as error:
        st.error(markdown_sentence(str(error)))
        return None
    for note in notes:
        st.info(markdown_sentence(note))
    _say_split(recipe, preview)
    return recipe


def recipe_text(recipe: Recipe) -> str:
    """What people call a recipe, with the name that files and commands have."""
    return f"{recipe.title} ({recipe.name})" if recipe.title else recipe.name


class _Numbers(TypedDict):
    epochs: int
    learning_rate: float
    batch_size: int
    seed: int


def _choose_numbers(base: Recipe) -> _Numbers:
    with st.container(horizontal=True):
        epochs = st.number_input(
            "Epochs",
            1,
            1000,
            base.epochs,
            key=f"epochs-{base.name}",
            width=150,
            help=f"How often each picture is seen; the recipe's own: {base.epochs}. More takes "
            "longer; the best epoch on validation is kept.",
        )
        rate = st.number_input(
            "Learning rate",
            1e-6,
            1.0,
            base.optimizer.learning_rate,
            step=1e-4,
            format="%.5f",
            key=f"rate-{base.name}",
            width=150,
            help=f"The size of a step; the recipe's own: {base.optimizer.learning_rate:g}. Too "
            "large and the loss jumps, too small and it hardly falls.",
        )
        batch = st.number_input(
            "Batch size",
            1,
            1024,
            base.batch_size,
            key=f"batch-{base.name}",
            width=150,
            help=f"Pictures per step; the recipe's own: {base.batch_size}. Smaller needs less "
            "memory.",
        )
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            base.seed,
            key=f"seed-{base.name}",
            width=150,
            help="The same seed gives the same order of pictures and the same start.",
        )
    return {"epochs": epochs, "learning_rate": rate, "batch_size": batch, "seed": seed}


def _choose_weight(base: Recipe) -> str:
    kinds = list(_WEIGHTS)
    return st.selectbox(
        "Classes count",
        kinds,
        index=kinds.index(base.optimizer.class_weight),
        format_func=lambda kind: _WEIGHTS[kind],
        key=f"weight-{base.name}",
        help="'Every class alike' finds rare ones more often, at the cost of the others.",
    )


#: Kinds of ``DataPart.split`` that divide the faces anew, whatever the set says of itself.
_SPLITS = {
    "stratified": "This recipe divides the faces anew, 8:1:1 by class: its scores are not those of "
    "the set's own test faces.",
    "participant": "This recipe divides the faces anew, by participant.",
}


def _say_split(recipe: Recipe, preview: Preview) -> None:
    """Say what the recipe does with the set's split, the only split the form speaks of."""
    plan = preview.report["plan"]
    if recipe.data.split == "frames":
        st.warning(
            "This recipe divides frame by frame, 8:1:1, whoever they show. That is leaky: the "
            "same person is trained on and tested, so its accuracy is far too high for strangers.",
            icon=LEAKY_ICON,
        )
    elif recipe.data.split in _SPLITS:
        st.info(_SPLITS[recipe.data.split])
    elif plan["note"] and recipe.data.subset is None:
        counts = plan["counts"]
        st.caption(
            f"Trains on {counts.get('train', 0):,}, chooses the best epoch on "
            f"{counts.get('public_test', 0):,} (public_test), and leaves "
            f"{counts.get('private_test', 0):,} for the last score. Split: {plan['note']}."
        )
