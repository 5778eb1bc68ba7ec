"""The data of a new run: choosing a set, and what is in it."""

import base64
import html
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import streamlit as st

from fer_core.app.access.rights import is_owner
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.parts.meanings import Choice, as_options
from fer_core.app.parts.plots import show_plot
from fer_core.app.studio.state import hides_pictures
from fer_core.app.training.charts import make_curves
from fer_core.classification.registry import DEFAULT_MODEL
from fer_core.config import MODELS_DIR
from fer_core.datasets.faceset import FACE_SIZE
from fer_core.errors import FerError
from fer_core.runs.paths import check_data_path, find_datasets
from fer_core.runs.preview import Preview, preview_data
from fer_core.text import mark, markdown_sentence
from fer_core.training.run import RunFolder

_STYLE = """<style>
.mien-set { display: flex; flex-direction: column; gap: 0.35rem; }
.mien-set div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.8rem; }
.mien-set b { width: 5rem; font-weight: 600; }
.mien-set span { width: 10rem; font-variant-numeric: tabular-nums; }
.mien-set img { flex: 1 1 16rem; max-width: 22rem; min-width: 0; border-radius: 0.3rem; }
</style>"""


_OWN_NO_FACES: Final = mark(
    "No labelled faces were found under FER_DATA_ROOTS. Set it to the folder that holds FER-2013 "
    "or folders named after emotions."
)
_NO_FACES: Final = mark(
    "No labelled faces were found under FER_DATA_ROOTS. Whoever runs this server sets it to the "
    "folder that holds FER-2013 or folders named after emotions."
)


def choose_data() -> Path | None:
    """The set that was chosen; None while there is none that may be read."""
    found = [str(path) for path in find_datasets()]
    text = st.selectbox(
        tr("Labelled faces on this server"),
        found,
        index=0 if found else None,
        key="data-path",
        accept_new_options=True,
        placeholder=tr("Choose, or type the path of a file or folder"),
        help=tr(
            "FER-2013 as csv, parquet or folders, a folder with one folder per emotion, or a "
            "recorded set. It must lie under FER_DATA_DIR or FER_DATA_ROOTS."
        ),
    )
    if not text:
        if not found:
            st.info(tr(_OWN_NO_FACES if is_owner() else _NO_FACES))
        return None
    try:
        return check_data_path(text)
    except FerError as error:
        st.error(markdown_sentence(told(error)))
        return None


def stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when files of the set are added, removed or written, as far as one level tells."""
    try:
        parts = [path, *sorted(path.iterdir())] if path.is_dir() else [path]
        stats = [(part.name, part.stat()) for part in parts]
    except OSError:
        return ()
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@st.cache_data(show_spinner=False, max_entries=16)
def load_preview(
    path: str, stamp: tuple[tuple[str, int, int], ...], near: bool, choice: Choice
) -> Preview:
    """What is in a set; looked at once as long as its ``stamp`` stays.

    Raises:
        FerError: it cannot be read.
    """
    del stamp  # part of the cache's key only
    return preview_data(Path(path), near=near, **as_options(choice))


def show_preview(path: Path, preview: Preview, near: bool) -> None:
    """Counts, sample faces and cautions; a press looks for nearly equal pictures too."""
    report = preview.report
    splits = ", ".join(
        f"{number(sum(c.values()), grouped=True)} {name}" for name, c in report["splits"].items()
    )
    st.markdown(
        tr("**{data}**: {n} faces ({splits}).").format(
            data=markdown_sentence(report["data"]),
            n=number(report["n"], grouped=True),
            splits=splits,
        )
    )
    if hides_pictures(path):
        preview = replace(preview, sheet=None)
        st.caption(tr("Pictures of others' recordings are shown to the owner only."))
    with st.expander(tr("Faces of each class"), expanded=True):
        st.html(_STYLE + class_rows(preview))
    _show_cautions([markdown_sentence(tr(sentence)) for sentence in preview.cautions()])
    if report["duplicates"] and not near:
        st.button(
            tr("Look for nearly equal pictures too"),
            key="near",
            type="tertiary",
            icon=":material/content_copy:",
            on_click=st.session_state.__setitem__,
            args=(f"near-{path}", True),
        )


def _show_cautions(sentences: list[str]) -> None:
    """One of them as it is; several as one box that opens."""
    if len(sentences) == 1:
        st.warning(sentences[0], icon=":material/warning:")
    elif sentences:
        title = tr("{n} things to know about this set before training").format(
            n=number(len(sentences))
        )
        with st.expander(f"**{title}**", icon=":material/warning:"):
            st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def class_rows(preview: Preview) -> str:
    """HTML: for each class its name, its count in each split, and sample faces."""
    sheet = None
    if preview.sheet is not None:
        sheet = cv2.imdecode(np.frombuffer(preview.sheet, np.uint8), cv2.IMREAD_GRAYSCALE)
    lines = []
    for row, label in enumerate(preview.labels):
        counts = " · ".join(
            number(split[label], grouped=True) for split in preview.report["splits"].values()
        )
        picture = ""
        if sheet is not None:
            strip = sheet[row * FACE_SIZE : (row + 1) * FACE_SIZE]
            data = base64.b64encode(cv2.imencode(".png", strip)[1].tobytes()).decode()
            alt = tr("Faces labelled {label}").format(label=html.escape(emotion(label)))
            picture = f'<img alt="{alt}" src="data:image/png;base64,{data}">'
        lines.append(
            f"<div><b>{html.escape(emotion(label))}</b><span>{counts}</span>{picture}</div>"
        )
    return f'<div class="mien-set">{"".join(lines)}</div>'


def show_example() -> None:
    """Something to see before the first run: how the shipped model was trained."""
    rows = RunFolder(MODELS_DIR / DEFAULT_MODEL).history()
    if rows:
        st.subheader(tr("What a training looks like"), anchor=False)
        figure = make_curves(rows, "accuracy", best_epoch=None)
        show_plot(figure, key="example-curve", alt=tr("Accuracy of the shipped model by epoch"))
        st.caption(
            tr("The accuracy of {model}, the model that comes with this project, by epoch.").format(
                model=DEFAULT_MODEL
            )
        )
