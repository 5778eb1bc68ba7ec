"""Record from video files: cut by a process of its own, which no damaged file can take along."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.studio.state import StudioDesk, act
from fer_core.app.uploads import expect_files, largest_mb
from fer_core.config import settings
from fer_core.datasets import names
from fer_core.datasets.decoding import decode_face
from fer_core.datasets.manifest import MANIFEST_NAME
from fer_core.errors import InputError
from fer_core.labels import EMOTIONS
from fer_core.processes import start
from fer_core.scratch import scratch_folder
from fer_core.studio import CutFace, StudioSet
from fer_core.studio.cutting import Detector
from fer_core.studio.info import SetInfo
from fer_core.studio.outcome import Stored
from fer_core.studio.quality import Quality
from fer_core.text import Sentence, mark, markdown_escape
from fer_core.video.reader import SUFFIXES

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

MOST_FILES = 50
TIMEOUT_S = 900.0


def show_upload(desk: StudioDesk, found: StudioSet, info: SetInfo) -> None:
    """Draw the uploader, one expression per file, and the button that cuts."""
    person = desk.participant
    assert person is not None
    expect_files()
    files = st.file_uploader(
        tr("Videos of this participant, one expression each"),
        type=sorted(suffix.lstrip(".") for suffix in SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=largest_mb(),
        key="studio-files",
    )
    if not files:
        st.caption(tr("Faces are cut five times a second; the videos themselves are not kept."))
        return
    if len(files) > MOST_FILES:
        said = tr("At most {most} videos at a time. Received: {n}.")
        st.error(said.format(most=number(MOST_FILES), n=number(len(files))))
        return
    labels = []
    for index, file in enumerate(files):
        with st.container(horizontal=True, vertical_alignment="center"):
            labels.append(
                st.selectbox(
                    markdown_escape(file.name),
                    EMOTIONS,
                    format_func=emotion,
                    index=guess_emotion(file.name),
                    placeholder=tr("Expression"),
                    key=f"studio-label-{file.file_id}-{index}",
                    width=320,
                )
            )
    if st.button(
        tr("Cut and store the faces"),
        type="primary",
        icon=":material/content_cut:",
        key="studio-cut",
        disabled=None in labels,
    ):
        chosen = [label for label in labels if label is not None]
        with st.spinner(tr("Looking for faces (some seconds a minute of video)")):
            stored = act(_store_files, found, info, person, files, chosen)
        if stored is not None:
            desk.message = (
                "success",
                tr("{kept} pictures stored, {dropped} too like another left out.").format(
                    kept=number(stored.kept), dropped=number(stored.dropped)
                ),
            )
        st.rerun()


def guess_emotion(name: str) -> int | None:
    """Place of the expression that a file's name holds; None where it names none or several."""
    guess = names.guess_emotion(name)
    return None if guess is None else EMOTIONS.index(guess)


def _store_files(
    found: StudioSet,
    info: SetInfo,
    person: str,
    files: Sequence["UploadedFile"],
    labels: Sequence[str],
) -> Stored:
    kept = dropped = 0
    with scratch_folder() as root:
        files_there = []
        for index, file in enumerate(files):
            name = f"video{index:02d}{Path(file.name).suffix.lower()}"
            (root / name).write_bytes(file.getbuffer())
            files_there.append(name)
        takes = cut_files(root, files_there, labels, info.detector)
        for label, faces in takes:
            stored = found.add_take(person, label, faces)
            kept, dropped = kept + stored.kept, dropped + stored.dropped
    return Stored(kept, dropped)


def cut_files(
    root: Path, names: Sequence[str], labels: Sequence[str], detector: Detector
) -> list[tuple[str, list[CutFace]]]:
    """Cut the faces of videos in ``root``: of each its label and faces.

    Raises:
        InputError: what is wrong with a video, or that it took too long.
    """
    with (root / "labels.csv").open("w", newline="", encoding="utf-8") as listing:
        rows = [(name, "p", label) for name, label in zip(names, labels, strict=True)]
        csv.writer(listing).writerows([("file", "participant", "emotion"), *rows])
    out = root / "set"
    command = ["dataset", "build", str(root), "--out", str(out), "--detector", detector]
    try:
        done = start(command, timeout_s=TIMEOUT_S, memory_mb=settings().worker_mb)
    except TimeoutError as error:
        raise InputError(
            Sentence(
                mark("Cutting took over {n} minutes: give fewer or shorter videos."),
                n=f"{TIMEOUT_S / 60:.0f}",
            )
        ) from error
    if done.code:
        sentence = done.sentence or mark("A video could not be read.")
        raise InputError(sentence.replace(f"{root}/", ""))
    return read_takes(out, names, labels)


def read_takes(
    out: Path, names: Sequence[str], labels: Sequence[str]
) -> list[tuple[str, list[CutFace]]]:
    """The faces of a set that ``dataset build`` made, video by video."""
    with (out / MANIFEST_NAME).open(newline="", encoding="utf-8") as listing:
        rows = list(csv.DictReader(listing))
    takes = []
    for name, label in zip(names, labels, strict=True):
        faces = []
        for row in rows:
            if row["clip"] != Path(name).stem:
                continue
            x1, y1, x2, y2 = (int(v) for v in row["box"].split())
            faces.append(
                CutFace(
                    decode_face((out / row["file"]).read_bytes(), row["file"]),
                    float(row["time_s"]),
                    (x1, y1, x2, y2),
                    Quality(float(row["quality"]), tuple(row["hints"].split())),
                )
            )
        takes.append((label, faces))
    return takes
