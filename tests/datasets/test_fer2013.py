"""FER-2013 as csv and parquet: equal content in every form, one sentence for what is wrong."""

import numpy as np
import pytest

from fer_core.datasets import load_dataset
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("fer2013.csv", "emotion,pixels,Usage"),
        ("icml_face_data.csv", "emotion, Usage, pixels"),
        ("mine.csv", "Emotion,Pixels,USAGE"),
    ],
)
def test_csv_forms(tmp_path, csv_text, images, name, header):
    path = tmp_path / name
    path.write_text(csv_text(header=header))
    faces = load_dataset(path)
    np.testing.assert_array_equal(faces.faces(), images)
    assert dict(faces.split_counts()) == {"train": 14, "public_test": 7, "private_test": 7}
    assert faces.label_names == EMOTIONS
    np.testing.assert_array_equal(faces.labels, list(range(7)) * 4)
    assert faces.name == ("mine" if name == "mine.csv" else "fer2013")


def test_parquet_folder_equals_csv(tmp_path, csv_text, write_parquet):
    folder = tmp_path / "fer2013"
    folder.mkdir()
    write_parquet(folder / "b.parquet", range(14))
    write_parquet(folder / "a.parquet", [*range(20, 28), *range(14, 20)])
    (tmp_path / "fer2013.csv").write_text(csv_text())
    parquet, csv = load_dataset(folder), load_dataset(tmp_path / "fer2013.csv")
    np.testing.assert_array_equal(parquet.ids, np.arange(28))
    np.testing.assert_array_equal(parquet.faces(), csv.faces())
    assert parquet.data_hash() == csv.data_hash()


def test_all_black_webp_is_read(tmp_path, write_parquet, encode):
    black = encode(np.zeros((48, 48), np.uint8), "WEBP")
    path = write_parquet(tmp_path / "one.parquet", [0], image=[black])
    assert load_dataset(path).faces().max() == 0


PIXELS = " ".join(["7"] * 2304)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"header": "emotion,Usage"}, ["lacks the column 'pixels'"]),
        ({"pixels": {3: "1 2 3"}}, ["row 3 (line 5)", "2304 pixels", "Received: 3."]),
        ({"pixels": {3: PIXELS + " 7"}}, ["row 3 (line 5)", "Received: 2305."]),
        ({"pixels": {4: PIXELS[:-1] + "256"}}, ["row 4", "0..255", "'256'"]),
        ({"pixels": {4: PIXELS[:-1] + "-1"}}, ["row 4", "0..255", "'-1'"]),
        ({"pixels": {4: PIXELS[:-1] + "x"}}, ["row 4", "'x'"]),
        ({"pixels": {4: PIXELS[:-1] + "1.5"}}, ["row 4", "'1.5'"]),
        ({"pixels": {4: ""}}, ["row 4", "Received: 0."]),
        ({"usage": {5: "Test2"}}, ["row 5 (line 7)", "Usage", "'Test2'"]),
        ({"emotion": {6: "7"}}, ["row 6 (line 8)", "emotion", "'7'"]),
        ({"emotion": {6: "contempt"}}, ["row 6", "'contempt'"]),
        ({"usage": {5: "Training,more"}}, ["line 7", "3 cells", "Received: 4"]),
    ],
)
def test_bad_csv(tmp_path, csv_text, change, said):
    path = tmp_path / "fer2013.csv"
    path.write_text(csv_text(**change))
    with pytest.raises(DataError) as caught:
        load_dataset(path)
    message = str(caught.value)
    assert str(path) in message
    assert all(part in message for part in said), message
    assert "\n" not in message


@pytest.mark.parametrize("spaces", ["  ", "\t"])
def test_other_spaces_between_pixels_are_read(tmp_path, csv_text, spaces):
    path = tmp_path / "fer2013.csv"
    path.write_text(csv_text(pixels={0: PIXELS.replace(" ", spaces)}))
    assert (load_dataset(path).faces()[0] == 7).all()


@pytest.mark.parametrize("content", ["", "emotion,pixels,Usage\n", "\x00\xff\xfe"])
def test_empty_csv(tmp_path, content):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(DataError, match=r"lacks the column|no row|cannot be read"):
        load_dataset(path)


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        ({"emotion": [0, 9]}, ["row 1", "emotion", "9"]),
        ({"emotion": [0, None]}, ["row 1", "None"]),
        ({"usage": ["Training", "x"]}, ["row 1", "Usage", "'x'"]),
        ({"image": [b"no picture", b""]}, ["row 0", "not a picture"]),
        ({"image": ["text", "text"]}, ["row 0", "encoded bytes"]),
        ({"row": [0, 0]}, ["row 0 more than once"]),
        ({"row": [0, -1]}, ["record 1", "-1"]),
    ],
)
def test_bad_parquet(tmp_path, write_parquet, replaced, said):
    path = write_parquet(tmp_path / "set.parquet", [0, 1], **replaced)
    with pytest.raises(DataError) as caught:
        load_dataset(path)
    assert all(part in str(caught.value) for part in [str(path), *said]), str(caught.value)


def test_parquet_of_other_size(tmp_path, write_parquet, encode):
    big = encode(np.zeros((60, 50), np.uint8))
    path = write_parquet(tmp_path / "set.parquet", [0], image=[big])
    with pytest.raises(DataError, match=r"row 0 must be a face of 48x48. Received: 50x60"):
        load_dataset(path)


@pytest.mark.parametrize("name", ["nothing.csv", "nothing"])
def test_missing(tmp_path, name):
    with pytest.raises(DataError, match="There is no data set at"):
        load_dataset(tmp_path / name)


def test_unknown_form(tmp_path):
    (tmp_path / "faces.txt").write_text("x")
    with pytest.raises(DataError, match="no data set that Mien knows"):
        load_dataset(tmp_path / "faces.txt")


def test_parquet_that_is_none(tmp_path):
    (tmp_path / "a.parquet").write_text("x")
    with pytest.raises(DataError, match="cannot be read as parquet"):
        load_dataset(tmp_path / "a.parquet")
