"""What an analysis found: faces of pictures, people of videos, and the files to take along."""

import json
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import streamlit as st

from fer_core.analysis import FORMATS, Outcome, Task
from fer_core.app.analyse.desk import Desk
from fer_core.app.analyse.job import AnalysisJob
from fer_core.app.analyse.video import show_video
from fer_core.app.parts.panel import PanelView, show_panel
from fer_core.errors import FerError
from fer_core.imaging.decode import read_image
from fer_core.imaging.draw import annotate_bgr
from fer_core.imaging.frame import ArrayFrame
from fer_core.labels import EMOTIONS
from fer_core.types import Faces, FrameResult

#: Faces of a picture that get bars of their own; the others are in the files.
MAX_FACES = 6
_PICTURE_PX = 1280
_ENDS = {
    ".csv": "Table by frame (CSV)",
    ".seconds.csv": "Table by second (CSV)",
    ".json": "Document (JSON)",
    ".frames.json": "Table by frame (JSON)",
    ".parquet": "Table by frame (Parquet)",
    ".seconds.parquet": "Table by second (Parquet)",
    ".vtt": "Subtitles (WebVTT)",
    ".eaf": "Annotations (ELAN)",
    ".html": "Report (HTML)",
    ".annotated.mp4": "Annotated copy (MP4)",
    ".annotated.png": "Annotated copy (PNG)",
}


def show_analysis(desk: Desk, job: AnalysisJob, outcomes: Sequence[Outcome]) -> None:
    """Draw what was found in each file; one at a time where there are several."""
    if not outcomes:
        return
    by_file = {task.file: task for task in job.tasks}
    chosen = 0
    if len(outcomes) > 1:
        chosen = st.selectbox(
            "File",
            range(len(outcomes)),
            format_func=lambda n: by_file[outcomes[n].file].name,
            key="analyse-file",
        )
    outcome = outcomes[chosen]
    task = by_file[outcome.file]
    try:
        document = json.loads((desk.results / f"{outcome.stem}.json").read_text("utf-8"))
        if task.kind == "picture":
            show_picture(task, document)
        else:
            show_video(task, document, desk.results / f"{outcome.stem}.parquet")
    except FileNotFoundError:
        st.info("The hour is over and the files were deleted: press Analyse more.")
        return
    except FerError as error:
        st.error(str(error))
        return
    _show_downloads(desk, outcome, outcomes)


def result_of(document: dict[str, Any]) -> FrameResult:
    """A picture's faces as the pipeline gave them."""
    faces = document["faces"]
    probs = np.array([[f["probs"][name] for name in EMOTIONS] for f in faces], np.float32)
    probs = probs.reshape(-1, len(EMOTIONS))
    return FrameResult(
        0.0,
        document["width"],
        document["height"],
        Faces(
            np.array([f["box"] for f in faces], np.float32).reshape(-1, 4),
            np.array([f["score"] for f in faces], np.float32),
            track_ids=np.array([f["track_id"] for f in faces], np.int64),
        ),
        probs,
        probs,
        tuple(f["label"] for f in faces),
    )


def show_picture(task: Task, document: dict[str, Any]) -> None:
    """The picture with its faces framed, and their bars beside it."""
    result = result_of(document)
    small = ArrayFrame(read_image(task.file)).bgr(_PICTURE_PX)
    count = len(result.faces)
    left, right = st.columns((13, 7), gap="medium")
    left.image(
        np.ascontiguousarray(annotate_bgr(small, result)[..., ::-1]),
        width="stretch",
        alt=f"{task.name} with {count} faces framed and labelled",
    )
    with right:
        if not count:
            if not document.get("note"):
                st.info("No face was found: try a picture in which faces are larger.")
            return
        shown = np.argsort(-result.faces.sizes)[:MAX_FACES].tolist()
        row = shown[0]
        if len(shown) > 1:
            row = st.segmented_control(
                "Face",
                shown,
                default=shown[0],
                required=True,
                format_func=lambda n: f"#{n + 1} {result.labels[n]}",
                key=f"face-{task.stem}",
            )
        show_panel(PanelView(result.labels[row], result.smoothed[row]), key="analyse-face")
        if hidden := count - len(shown):
            st.caption(f"Smaller, and only in the files: {hidden} more.")


def _show_downloads(desk: Desk, outcome: Outcome, outcomes: Sequence[Outcome]) -> None:
    st.subheader("Take along", anchor=False)
    ends = sorted(_ENDS, key=len, reverse=True)
    with st.container(horizontal=True):
        for name in outcome.outputs:
            end = next(end for end in ends if name.endswith(end))
            st.download_button(
                _ENDS[end],
                partial(_open, desk.results / name),
                name,
                icon=":material/download:",
                on_click="ignore",
                key=f"take-{name}",
                help=FORMATS.get(end.rsplit(".", 1)[-1]),
            )
        names = [name for one in outcomes for name in one.outputs]
        st.download_button(
            "All files (ZIP)",
            partial(_zip, desk, names),
            "mien-analysis.zip",
            "application/zip",
            icon=":material/folder_zip:",
            on_click="ignore",
            key="take-all",
        )


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _zip(desk: Desk, names: Sequence[str]) -> BinaryIO:
    """All results in one file, made when it is asked for."""
    path = desk.folder / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in names:
            bundle.write(desk.results / name, name)
    return path.open("rb")
