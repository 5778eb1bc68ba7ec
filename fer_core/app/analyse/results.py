"""What an analysis found: faces of pictures, people of videos, and the files to take along."""

import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import streamlit as st

from fer_core.analysis import FORMATS, Outcome, Task
from fer_core.analysis.decoding import open_picture, rework_apart
from fer_core.analysis.markup import Markup
from fer_core.app.analyse.desk import AnalyseDesk
from fer_core.app.analyse.video import show_video
from fer_core.app.language.emotions import emotion
from fer_core.app.language.lettering import spoken_lettering
from fer_core.app.language.spoken import told, tr
from fer_core.app.parts.panel import PanelView, show_panel
from fer_core.app.parts.scrolls import show_rows
from fer_core.classification.identity import SHORT, ModelIdentity
from fer_core.errors import FerError
from fer_core.files import peek_object
from fer_core.imaging.draw import annotate_bgr
from fer_core.labels import EMOTIONS
from fer_core.text import mark
from fer_core.types import Faces, FrameResult

#: Faces of a picture that get bars of their own; the others are in the files.
MAX_FACES = 6
#: Files that are offered at once; the others are a press away.
SHOWN_FILES = 3
_PICTURE_PX = 1280
#: End of a result's name -> what it is, in the order in which they are offered.
_ENDS = {
    ".html": mark("Report (HTML)"),
    ".annotated.mp4": mark("Annotated copy (MP4)"),
    ".annotated.png": mark("Annotated copy (PNG)"),
    ".csv": mark("Table by frame (CSV)"),
    ".seconds.csv": mark("Table by second (CSV)"),
    ".frames.csv": mark("Every frame (CSV)"),
    ".spans.json": mark("Marks (JSON)"),
    ".spans.csv": mark("Marks (CSV)"),
    ".conditions.csv": mark("By condition (CSV)"),
    ".vtt": mark("Subtitles (WebVTT)"),
    ".eaf": mark("Annotations (ELAN)"),
    ".json": mark("Document (JSON)"),
    ".frames.json": mark("Table by frame (JSON)"),
    ".parquet": mark("Table by frame (Parquet)"),
    ".seconds.parquet": mark("Table by second (Parquet)"),
    ".frames.parquet": mark("Every frame (Parquet)"),
    ".tracks.parquet": mark("Tracks as measured (Parquet)"),
    ".spans.parquet": mark("Marks (Parquet)"),
    ".conditions.parquet": mark("By condition (Parquet)"),
    ".measures.csv": mark("Measures by frame (CSV)"),
    ".measures.seconds.csv": mark("Measures by second (CSV)"),
    ".measures.json": mark("Measures by frame (JSON)"),
    ".measures.seconds.json": mark("Measures by second (JSON)"),
    ".measures.parquet": mark("Measures by frame (Parquet)"),
    ".measures.seconds.parquet": mark("Measures by second (Parquet)"),
}
#: What a picture has no use for: it has no time.
_OF_VIDEOS = (
    *(".seconds.csv", ".seconds.parquet", ".frames.csv", ".frames.parquet", ".vtt", ".eaf"),
    *(f".measures.seconds.{form}" for form in ("csv", "json", "parquet")),
)


#: Of the table of all files.
_FILE, _KIND, _LENGTH = mark("file"), mark("kind"), mark("length (s)")
_FRAMES, _FACES, _MOST, _STATE = mark("frames"), mark("faces"), mark("shows most"), mark("state")
_COLUMNS = (_FILE, _KIND, _LENGTH, _FRAMES, _FACES, _MOST, _STATE)
_KINDS = {"picture": mark("picture"), "video": mark("video")}


def show_analysis(desk: AnalyseDesk) -> None:
    """Draw what was found in each file, the newest analysis first; one file at a time."""
    by_file = {task.file: task for job in desk.jobs for task in job.tasks}
    outcomes = [o for job in desk.jobs for o in job.state().outcomes if o.status != "failed"]
    if not outcomes:
        return
    chosen = 0
    if len(outcomes) > 1:
        names = [by_file[one.file].name for one in outcomes]
        show_rows(
            [file_row(one, by_file[one.file], desk) for one in outcomes],
            key="analyse-files",
            formats={_LENGTH: "%.1f"},
            titles={name: tr(name) for name in _COLUMNS},
        )
        chosen = st.selectbox(
            tr("File"), range(len(outcomes)), format_func=names.__getitem__, key="analyse-file"
        )
    outcome = outcomes[chosen]
    task = by_file[outcome.file]
    try:
        document = json.loads((desk.results / f"{outcome.stem}.json").read_text("utf-8"))
        if task.kind == "picture":
            show_picture(task, document)
        else:
            show_video(
                task,
                document,
                desk.results / f"{outcome.stem}.parquet",
                partial(_remake, desk, task),
            )
        show_origin(document)
    except FileNotFoundError:
        st.info(tr("The hour is over and the files were deleted: load the page again."))
        return
    except FerError as error:
        st.error(told(error))
        return
    _show_downloads(desk, outcome, task, outcomes)


def _remake(desk: AnalyseDesk, task: Task, markup: Markup) -> None:
    """Make a video's results again, with other marks."""
    outcome = rework_apart(task, desk.results, markup)
    desk.touch()
    for job in desk.jobs:
        job.replace(outcome)


def file_row(outcome: Outcome, task: Task, desk: AnalyseDesk) -> dict[str, Any]:
    """A file in the table of all: what it is, how much was found, what it shows most."""
    document = peek_object(desk.results / f"{outcome.stem}.json")
    return {
        _FILE: task.name,
        _KIND: tr(_KINDS.get(task.kind, task.kind)),
        _LENGTH: outcome.duration_s if task.kind == "video" else None,
        _FRAMES: outcome.frames,
        _FACES: outcome.people,
        _MOST: emotion(leading_label(document)),
        _STATE: tr("complete") if outcome.status == "done" else tr("in part"),
    }


def leading_label(document: Mapping[str, Any]) -> str:
    """The label that was shown for longest, of a picture the largest face's; empty for none."""
    seconds: Counter[str] = Counter()
    for person in document.get("people", []):
        seconds.update(person["label_s"])
    for face in document.get("faces", []):
        left, top, right, bottom = face["box"]
        seconds[face["label"]] = max(seconds[face["label"]], max(right - left, bottom - top))
    return seconds.most_common(1)[0][0] if seconds else ""


def show_origin(document: dict[str, Any]) -> None:
    """Which model and which file these results are of."""
    model, sha256 = document.get("model"), document.get("sha256")
    if model and sha256:
        st.caption(
            tr("Model {model} · file {digits} (first digits of SHA-256)").format(
                model=tr(ModelIdentity(**model).text), digits=sha256[:SHORT]
            )
        )


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
    turns = document["options"].get("turns", 0)
    small = np.rot90(open_picture(task.file, _PICTURE_PX), turns)
    count = len(result.faces)
    left, right = st.columns((13, 7), gap="medium")
    left.image(
        np.ascontiguousarray(
            annotate_bgr(np.ascontiguousarray(small), result, spoken_lettering())[..., ::-1]
        ),
        width="stretch",
        alt=tr("{name} with {n} faces framed and labelled").format(name=task.name, n=count),
    )
    with right:
        if not count:
            if not document.get("note"):
                st.info(tr("No face was found: try a picture in which faces are larger."))
            return
        shown = np.argsort(-result.faces.sizes)[:MAX_FACES].tolist()
        row = shown[0]
        if len(shown) > 1:
            row = st.segmented_control(
                tr("Face"),
                shown,
                default=shown[0],
                required=True,
                format_func=lambda n: f"#{n + 1} {emotion(result.labels[n])}",
                key=f"face-{task.stem}",
            )
        show_panel(PanelView(result.labels[row], result.smoothed[row]), key="analyse-face")
        if hidden := count - len(shown):
            st.caption(tr("Smaller, and only in the files: {n} more.").format(n=hidden))


def fitting_outputs(outcome: Outcome, kind: str) -> list[str]:
    """Names of the files to take along, the report first; subtitles of a picture are none."""
    left_out = () if kind == "video" else _OF_VIDEOS
    ends = {name: _end_of(name) for name in outcome.outputs}
    order = list(_ENDS)
    names = [name for name, end in ends.items() if end not in left_out]
    return sorted(names, key=lambda name: order.index(ends[name]))


def _end_of(name: str) -> str:
    return next(end for end in sorted(_ENDS, key=len, reverse=True) if name.endswith(end))


def _show_downloads(
    desk: AnalyseDesk, outcome: Outcome, task: Task, outcomes: Sequence[Outcome]
) -> None:
    st.subheader(tr("Download"), anchor=False)
    names = fitting_outputs(outcome, task.kind)
    everything = [
        name for one in outcomes for name in fitting_outputs(one, task_of(desk, one.file).kind)
    ]
    with st.container(horizontal=True):
        for place, name in enumerate(names[:SHOWN_FILES]):
            _offer(desk, name, is_primary=place == 0)
        if len(names) > SHOWN_FILES:
            with st.popover(tr("More formats"), icon=":material/download:"):
                for name in names[SHOWN_FILES:]:
                    _offer(desk, name, is_primary=False)
        st.download_button(
            tr("All files (ZIP)"),
            partial(_zip, desk, everything),
            "mien-analysis.zip",
            "application/zip",
            icon=":material/folder_zip:",
            on_click="ignore",
            key="take-all",
        )


def _offer(desk: AnalyseDesk, name: str, *, is_primary: bool) -> None:
    end = _end_of(name)
    st.download_button(
        tr(_ENDS[end]),
        partial(_open, desk.results / name),
        name,
        icon=":material/download:",
        on_click="ignore",
        type="primary" if is_primary else "secondary",
        key=f"take-{name}",
        help=tr(FORMATS.get(end.rsplit(".", 1)[-1], "")),
    )


def task_of(desk: AnalyseDesk, file: str) -> Task:
    """The task of a file, of the newest analysis that had it."""
    return next(task for job in desk.jobs for task in job.tasks if task.file == file)


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _zip(desk: AnalyseDesk, names: Sequence[str]) -> BinaryIO:
    """All results in one file, made when it is asked for."""
    path = desk.folder / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in names:
            bundle.write(desk.results / name, name)
    return path.open("rb")
