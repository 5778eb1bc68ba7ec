"""A new run: data with a preview, recipe, settings, start."""

import base64
import html
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from fer_core.app.studio.state import hides_pictures
from fer_core.app.training.charts import make_curves
from fer_core.app.training.state import act, go_to_run
from fer_core.config import MODELS_DIR
from fer_core.datasets.faceset import FACE_SIZE
from fer_core.errors import FerError
from fer_core.runs import runs_dir, submit_run
from fer_core.runs.adapt import adapt_recipe, startable_recipes
from fer_core.runs.paths import check_data_path, find_datasets
from fer_core.runs.preview import Preview, preview_data
from fer_core.text import markdown_sentence
from fer_core.training.health import WANTED_DISK_MB, disk_left_mb
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder

_WEIGHTS = {
    "none": "as they come",
    "sqrt": "rare classes somewhat more",
    "balanced": "every class alike",
}
_STYLE = """<style>
.mien-set { display: flex; flex-direction: column; gap: 0.35rem; }
.mien-set div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.8rem; }
.mien-set b { width: 5rem; font-weight: 600; }
.mien-set span { width: 10rem; font-variant-numeric: tabular-nums; }
.mien-set img { flex: 1 1 16rem; max-width: 22rem; min-width: 0; border-radius: 0.3rem; }
</style>"""


def show_new_run() -> None:
    """Draw the form; Start goes to the run."""
    path = _choose_data()
    if path is None:
        _show_example()
        return
    near = bool(st.session_state.get(f"near-{path}"))
    try:
        words = "Looking for nearly equal pictures" if near else "Looking at the data"
        with st.spinner(f"{words} (some seconds, minutes for tens of thousands)"):
            preview = _preview(str(path), _stamp(path), near)
    except FerError as error:
        st.error(markdown_sentence(str(error)))
        return
    _show_preview(path, preview, near)
    if preview.problems():
        for sentence in preview.problems():
            st.error(markdown_sentence(sentence))
        return
    st.subheader("Recipe", anchor=False)
    recipe = _choose_recipe(preview)
    if recipe is None:
        return
    left = disk_left_mb(runs_dir().parent)
    if left is not None and left < WANTED_DISK_MB:
        st.warning(f"Only {left:.0f} MB of disk are left: the run may end for want of room.")
    st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        key="start-training",
        on_click=_start,
        args=(recipe, path),
    )
    st.caption(
        "It trains in a process of its own, after every other program's turn: you may close this "
        "page, and the live page goes on. One run trains at a time; others wait."
    )


def _start(recipe: Recipe, path: Path) -> None:
    info = act(lambda: submit_run(recipe, check_data_path(path)))
    if info is not None:
        go_to_run(info.name)


# --- data ---------------------------------------------------------------------------------------


def _choose_data() -> Path | None:
    found = [str(path) for path in find_datasets()]
    text = st.selectbox(
        "Labelled faces on this server",
        found,
        index=0 if found else None,
        key="data-path",
        accept_new_options=True,
        placeholder="Choose, or type the path of a file or folder",
        help="FER-2013 as csv, parquet or folders, a folder with one folder per emotion, or a "
        "recorded set. It must lie under FER_DATA_DIR or FER_DATA_ROOTS.",
    )
    if not text:
        if not found:
            st.info(
                "No labelled faces were found under FER_DATA_ROOTS. Whoever runs this server sets "
                "it to the folder that holds FER-2013 or folders named after emotions."
            )
        return None
    try:
        return check_data_path(text)
    except FerError as error:
        st.error(markdown_sentence(str(error)))
        return None


def _stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when files of the set are added, removed or written, as far as one level tells."""
    try:
        parts = [path, *sorted(path.iterdir())] if path.is_dir() else [path]
        stats = [(part.name, part.stat()) for part in parts]
    except OSError:
        return ()
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@st.cache_data(show_spinner=False, max_entries=16)
def _preview(path: str, stamp: tuple[tuple[str, int, int], ...], near: bool) -> Preview:
    del stamp  # part of the cache's key only
    return preview_data(Path(path), near=near)


def _show_preview(path: Path, preview: Preview, near: bool) -> None:
    report = preview.report
    splits = ", ".join(f"{sum(c.values()):,} {name}" for name, c in report["splits"].items())
    st.markdown(f"**{markdown_sentence(report['data'])}**: {report['n']:,} faces ({splits}).")
    if report["plan"]["note"]:
        counts = report["plan"]["counts"]
        st.caption(
            f"Trains on {counts.get('train', 0):,}, chooses the best epoch on "
            f"{counts.get('public_test', 0):,} (public_test), and leaves "
            f"{counts.get('private_test', 0):,} for the last score. "
            f"Split: {report['plan']['note']}."
        )
    if hides_pictures(path):
        preview = replace(preview, sheet=None)
        st.caption("Pictures of others' recordings are shown to the owner only.")
    with st.expander("Faces of each class", expanded=True):
        st.html(_STYLE + class_rows(preview))
    for sentence in preview.cautions():
        st.warning(markdown_sentence(sentence))
    if report["duplicates"] and not near:
        st.button(
            "Look for nearly equal pictures too",
            key="near",
            type="tertiary",
            icon=":material/content_copy:",
            on_click=st.session_state.__setitem__,
            args=(f"near-{path}", True),
        )


def class_rows(preview: Preview) -> str:
    """HTML: for each class its name, its count in each split, and sample faces."""
    sheet = None
    if preview.sheet is not None:
        sheet = cv2.imdecode(np.frombuffer(preview.sheet, np.uint8), cv2.IMREAD_GRAYSCALE)
    lines = []
    for row, label in enumerate(preview.labels):
        counts = " · ".join(f"{split[label]:,}" for split in preview.report["splits"].values())
        picture = ""
        if sheet is not None:
            strip = sheet[row * FACE_SIZE : (row + 1) * FACE_SIZE]
            data = base64.b64encode(cv2.imencode(".png", strip)[1].tobytes()).decode()
            alt = f"Faces labelled {html.escape(label)}"
            picture = f'<img alt="{alt}" src="data:image/png;base64,{data}">'
        lines.append(f"<div><b>{html.escape(label)}</b><span>{counts}</span>{picture}</div>")
    return f'<div class="mien-set">{"".join(lines)}</div>'


def _show_example() -> None:
    """Something to see before the first run: how the shipped model was trained."""
    rows = RunFolder(MODELS_DIR / "mien").history()
    if rows:
        st.subheader("What a training looks like", anchor=False)
        figure = make_curves(rows, "accuracy", best_epoch=None)
        st.plotly_chart(figure, key="example-curve", alt="Accuracy of the shipped model by epoch")
        st.caption("The accuracy of mien, the model that comes with this project, by epoch.")


# --- recipe and settings ------------------------------------------------------------------------


def _choose_recipe(preview: Preview) -> Recipe | None:
    recipes = startable_recipes()
    names = list(recipes)
    chosen = st.selectbox(
        "Recipe",
        names,
        index=names.index("first") if "first" in names else 0,
        key="recipe",
        help="Network, augmentation and schedule. `first` is a good one; the others repeat "
        "published systems.",
    )
    base = recipes[chosen]
    st.caption(markdown_sentence(base.about))
    with st.container(horizontal=True):
        epochs = st.number_input(
            "Epochs",
            1,
            1000,
            base.epochs,
            key=f"epochs-{chosen}",
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
            key=f"rate-{chosen}",
            width=150,
            help=f"The size of a step; the recipe's own: {base.optimizer.learning_rate:g}. Too "
            "large and the loss jumps, too small and it hardly falls.",
        )
        batch = st.number_input(
            "Batch size",
            1,
            1024,
            base.batch_size,
            key=f"batch-{chosen}",
            width=150,
            help=f"Pictures per step; the recipe's own: {base.batch_size}. Smaller needs less "
            "memory.",
        )
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            base.seed,
            key=f"seed-{chosen}",
            width=150,
            help="The same seed gives the same order of pictures and the same start.",
        )
    kinds = list(_WEIGHTS)
    weight = st.selectbox(
        "Classes count",
        kinds,
        index=kinds.index(base.optimizer.class_weight),
        format_func=lambda kind: _WEIGHTS[kind],
        key=f"weight-{chosen}",
        help="'Every class alike' finds rare ones more often, at the cost of the others.",
    )
    name = st.text_input(
        "Name",
        base.name,
        key=f"name-{chosen}",
        max_chars=41,
        help="Small letters, digits, - and _; date and time are added.",
    )
    try:
        recipe, notes = adapt_recipe(
            base,
            labels=preview.labels,
            has_votes=preview.report["has_votes"],
            name=name,
            epochs=epochs,
            batch_size=batch,
            seed=seed,
            learning_rate=rate,
            class_weight=weight,
        )
    except FerError as error:
        st.error(markdown_sentence(str(error)))
        return None
    for note in notes:
        st.info(markdown_sentence(note))
    _say_split(recipe)
    return recipe


#: Kinds of ``DataPart.split`` that divide the faces anew, whatever the set says of itself.
_SPLITS = {
    "stratified": "This recipe divides the faces anew, 8:1:1 by class: its scores are not those of "
    "the set's own test faces.",
    "participant": "This recipe divides the faces anew, by participant.",
}


def _say_split(recipe: Recipe) -> None:
    """Say what the recipe does with the set's split, which is not what the preview shows."""
    if recipe.data.split == "frames":
        st.warning(
            "This recipe divides frame by frame, 8:1:1, whoever they show. That is leaky: the "
            "same person is trained on and tested, so its accuracy is far too high for strangers."
        )
    elif recipe.data.split in _SPLITS:
        st.info(_SPLITS[recipe.data.split])
