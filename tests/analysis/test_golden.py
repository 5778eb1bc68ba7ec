"""Export files of a made-up analysis, compared byte by byte with those in ``golden/``.

After a change that is meant, run this file with MIEN_WRITE_GOLDEN=1 and look at the difference.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from fer_core.analysis.document import Document
from fer_core.analysis.eaf import write_eaf
from fer_core.analysis.options import FORMATS, AnalysisOptions
from fer_core.analysis.report import write_html, write_json
from fer_core.analysis.tables import FACE_COLUMNS, SAMPLE_COLUMNS, CsvTable, face_rows, second_row
from fer_core.analysis.vtt import write_vtt
from fer_core.classification.identity import ModelIdentity
from fer_core.temporal import EpisodeDetector, SecondWindows
from fer_core.types import Faces, FrameResult
from tests.temporal.results import probs_of

GOLDEN = Path(__file__).parent / "golden"


def results() -> list[FrameResult]:
    """Three seconds at 5 Hz: one face that turns from neutral to happy, another that is sad and
    leaves after the second second."""
    found = []
    for index in range(15):
        happy = index >= 6
        first = probs_of(happy=0.9) if happy else probs_of(neutral=0.8)
        rows, labels, ids = [first], ["happy" if happy else "neutral"], [1]
        if index < 10:
            rows, labels, ids = [*rows, probs_of(sad=0.6)], [*labels, "sad"], [1, 2]
        boxes = [[10.04 + index, 20, 50, 60.5], [-4, 100, 700, 200]][: len(ids)]
        faces = Faces(np.array(boxes), np.array([0.91, 0.5])[: len(ids)], track_ids=ids)  # type: ignore[arg-type]
        probs = np.stack(rows)
        found.append(FrameResult(index / 5, 640, 480, faces, probs, probs, tuple(labels)))
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("golden")
    document = Document(
        'an archive/clip <1> & "2".mp4',
        "video",
        AnalysisOptions(formats=tuple(FORMATS)),
        modified="2026-01-02T03:04:05+00:00",
        width=640,
        height=480,
        fps=5.0,
        model=ModelIdentity("mien", 1, "ab" * 32),
        sha256="0f" * 32,
    )
    windows, episodes = SecondWindows(), EpisodeDetector()
    faces = CsvTable(folder / "clip.csv", FACE_COLUMNS)
    seconds = CsvTable(folder / "clip.seconds.csv", SAMPLE_COLUMNS)
    samples = []
    for index, result in enumerate(results()):
        faces.add(face_rows(document.name, index, result))
        samples += windows.add(result)
        episodes.add(result)
        document.frames = document.analysed = index + 1
        document.rows += len(result.faces)
        document.duration_s = result.time_s
    for sample in (*samples, *windows.flush()):
        document.seconds.append(sample)
        seconds.add([second_row(document.name, sample)])
    faces.close()
    seconds.close()
    document.tracks = episodes.finish()
    write_json(document, folder / "clip.json")
    write_vtt(document, folder / "clip.vtt")
    write_eaf(document, folder / "clip.eaf")
    write_html(document, folder / "clip.html", [])
    if os.environ.get("MIEN_WRITE_GOLDEN") == "1":
        for path in folder.iterdir():
            (GOLDEN / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("end", [".csv", ".seconds.csv", ".json", ".vtt", ".eaf", ".html"])
def test_golden(end: str, written: Path) -> None:
    made = (written / f"clip{end}").read_text(encoding="utf-8")
    assert made == (GOLDEN / f"clip{end}").read_text(encoding="utf-8")
