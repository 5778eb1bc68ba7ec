"""The recipe of a new run, and the settings that a form may change."""

from typing import TypedDict

import streamlit as st

from fer_core.app.language.spoken import number, told, tr
from fer_core.app.training.charts import LEAKY_ICON
from fer_core.errors import FerError
from fer_core.runs.adapt import adapt_recipe, startable_recipes
from fer_core.runs.preview import Preview
from fer_core.text import mark, markdown_sentence
from fer_core.training.recipe import Recipe

_WEIGHTS = {
    "none": mark("as they come"),
    "sqrt": mark("rare classes somewhat more"),
    "balanced": mark("every class alike"),
}


def choose_recipe(preview: Preview) -> Recipe | None:
    """The recipe with what was changed of it; None, with the reason shown, where it cannot be."""
    recipes = startable_recipes()
    # The one to begin with first, then by what people call them.
    names = sorted(recipes, key=lambda name: (name != "first", recipes[name].title or name))
    chosen = st.selectbox(
        tr("Recipe"),
        names,
        format_func=lambda name: recipe_text(recipes[name]),
        key="recipe",
        help=tr("Network, augmentation and schedule."),
    )
    base = recipes[chosen]
    st.caption(markdown_sentence(tr(base.about)))
    with st.expander(tr("Epochs, learning rate, name and more"), icon=":material/tune:"):
        numbers = _choose_numbers(base)
        weight = _choose_weight(base)
        name = st.text_input(
            tr("Name"),
            base.name,
            key=f"name-{base.name}",
            max_chars=41,
            help=tr("Small letters, digits, - and _; date and time are added."),
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
        st.error(markdown_sentence(told(error)))
        return None
    for note in notes:
        st.info(markdown_sentence(tr(note)))
    _say_split(recipe, preview)
    return recipe


def recipe_text(recipe: Recipe) -> str:
    """What people call a recipe, with the name that files and commands have."""
    return f"{tr(recipe.title)} ({recipe.name})" if recipe.title else recipe.name


class _Numbers(TypedDict):
    epochs: int
    learning_rate: float
    batch_size: int
    seed: int


def _choose_numbers(base: Recipe) -> _Numbers:
    with st.container(horizontal=True):
        epochs = st.number_input(
            tr("Epochs"),
            1,
            1000,
            base.epochs,
            key=f"epochs-{base.name}",
            width=150,
            help=tr(
                "How often each picture is seen; the recipe's own: {n}. More takes longer; the "
                "best epoch on validation is kept."
            ).format(n=number(base.epochs)),
        )
        rate = st.number_input(
            tr("Learning rate"),
            1e-6,
            1.0,
            base.optimizer.learning_rate,
            step=1e-4,
            format="%.5f",
            key=f"rate-{base.name}",
            width=150,
            help=tr(
                "The size of a step; the recipe's own: {rate}. Too large and the loss jumps, too "
                "small and it hardly falls."
            ).format(rate=f"{base.optimizer.learning_rate:g}"),
        )
        batch = st.number_input(
            tr("Batch size"),
            1,
            1024,
            base.batch_size,
            key=f"batch-{base.name}",
            width=150,
            help=tr("Pictures per step; the recipe's own: {n}. Smaller needs less memory.").format(
                n=number(base.batch_size)
            ),
        )
        seed = st.number_input(
            tr("Seed"),
            0,
            2**31 - 1,
            base.seed,
            key=f"seed-{base.name}",
            width=150,
            help=tr("The same seed gives the same order of pictures and the same start."),
        )
    return {"epochs": epochs, "learning_rate": rate, "batch_size": batch, "seed": seed}


def _choose_weight(base: Recipe) -> str:
    kinds = list(_WEIGHTS)
    return st.selectbox(
        tr("Classes count"),
        kinds,
        index=kinds.index(base.optimizer.class_weight),
        format_func=lambda kind: tr(_WEIGHTS[kind]),
        key=f"weight-{base.name}",
        help=tr("'Every class alike' finds rare ones more often, at the cost of the others."),
    )


#: Kinds of ``DataPart.split`` that divide the faces anew, whatever the set says of itself.
_SPLITS = {
    "stratified": mark(
        "This recipe divides the faces anew, 8:1:1 by class: its scores are not those of the set's "
        "own test faces."
    ),
    "participant": mark("This recipe divides the faces anew, by participant."),
}


def _say_split(recipe: Recipe, preview: Preview) -> None:
    """Say what the recipe does with the set's split, the only split the form speaks of."""
    plan = preview.report["plan"]
    if recipe.data.split == "frames":
        st.warning(
            tr(
                "This recipe divides frame by frame, 8:1:1, whoever they show. That is leaky: the "
                "same person is trained on and tested, so its accuracy is far too high for "
                "strangers."
            ),
            icon=LEAKY_ICON,
        )
    elif recipe.data.split in _SPLITS:
        st.info(tr(_SPLITS[recipe.data.split]))
    elif plan["note"] and recipe.data.subset is None:
        counts = plan["counts"]
        st.caption(
            tr(
                "Trains on {train}, chooses the best epoch on {validation} (public_test), and "
                "leaves {test} for the last score. Split: {split}."
            ).format(
                train=number(counts.get("train", 0), grouped=True),
                validation=number(counts.get("public_test", 0), grouped=True),
                test=number(counts.get("private_test", 0), grouped=True),
                split=tr(plan["note"]),
            )
        )
