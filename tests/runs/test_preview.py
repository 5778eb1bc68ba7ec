"""A look at a set through the command line, as the page takes it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fer_core.datasets import load_dataset
from fer_core.datasets.preview import describe_set, draw_samples
from fer_core.errors import DataError
from fer_core.runs.preview import Preview, preview_data


def write_set(root: Path, counts: dict[str, int], twin: bool = False) -> Path:
    """``split/class`` folders of random faces; with ``twin``, one test face is a training face."""
    rng = np.random.default_rng(5)
    faces = {}
    for name, count in counts.items():
        for index in range(count):
            faces[f"{name}/{index}"] = rng.integers(0, 256, (48, 48), np.uint8)
    if twin:
        faces["test/happy/0"] = faces["train/happy/0"]
    for name, face in faces.items():
        path = root / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(face).save(path)
    return root


def test_through_the_command_line(tmp_path: Path) -> None:
    counts = {"train/happy": 40, "train/sad": 3, "test/happy": 2, "test/sad": 1}
    preview = preview_data(write_set(tmp_path / "set", counts, twin=True))
    assert preview.labels == ("happy", "sad")
    assert preview.problems() == []
    assert preview.report["plan"]["counts"] == {"train": 38, "public_test": 5, "private_test": 3}
    said = " ".join(preview.cautions())
    assert "1 images of private_test are pixel-identical to one of train." in said
    assert "The classes are uneven: sad has 4 of 46" in said
    assert preview.sheet is not None
    sheet = cv2.imdecode(np.frombuffer(preview.sheet, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sheet.shape == (96, 480)
    assert (sheet[48:, 3 * 48 :] == 255).all(), "there are three sad training faces"


def test_what_is_wrong_is_its_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(DataError, match="has no folder named after an emotion"):
        preview_data(tmp_path / "set")


def test_near_twins_and_a_split_that_cannot_be_made(tmp_path: Path) -> None:
    counts = {"train/happy": 3, "train/sad": 1, "test/happy": 2, "test/sad": 1}
    faces = load_dataset(write_set(tmp_path / "set", counts, twin=True))
    preview = Preview(describe_set(faces, near=True), None)
    assert "1 images of private_test are pixel-identical to one of train (1 with" in (
        " ".join(preview.cautions())
    )
    assert "at least 2 images of 'sad'" in preview.problems()[0]


def test_samples_are_training_faces_of_their_class(tmp_path: Path) -> None:
    faces = load_dataset(
        write_set(tmp_path / "set", {"train/sad": 4, "test/happy": 2, "test/sad": 2})
    )
    sheet = draw_samples(faces, each=5)
    assert sheet.shape == (96, 240)
    assert (sheet[:48] == 255).all(), "no happy face trains"
    own = {face.tobytes() for face in faces.split("train").faces()}
    shown = {sheet[48:, i * 48 : i * 48 + 48].tobytes() for i in range(4)}
    assert shown == own
