"""Pictures behind predictions, from every form of a set."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from fer_core.config import settings
from fer_core.datasets.locate import locate_dataset
from fer_core.errors import DataError
from fer_core.evaluation.pictures import find_set, read_pictures

FACES = np.random.default_rng(0).integers(0, 256, (4, 48, 48), np.uint8)
CODES = (0, 3, 3, 6)  # angry, happy, happy, neutral


def png(face):
    buffer = io.BytesIO()
    Image.fromarray(face).save(buffer, "PNG")
    return buffer.getvalue()


def write_csv(root):
    head = " emotion, Usage, pixels"
    lines = [
        f"{code},Training,{' '.join(map(str, face.ravel()))}"
        for code, face in zip(CODES, FACES, strict=True)
    ]
    (root / "icml_face_data.csv").write_text("\n".join([head, *lines]) + "\n")


def write_parquet(root):
    (root / "fer2013").mkdir()
    for part in (0, 1):
        rows = [2 * part, 2 * part + 1]
        columns = {
            "row": rows,
            "emotion": [CODES[r] for r in rows],
            "image": [png(FACES[r]) for r in rows],
        }
        pq.write_table(pa.table(columns), root / "fer2013" / f"{part}.parquet")


@pytest.fixture(params=[write_csv, write_parquet])
def place(request, tmp_path, monkeypatch):
    request.param(tmp_path)
    monkeypatch.setenv("FER_DATA_ROOTS", str(tmp_path))
    found = find_set("fer2013")
    assert found is not None
    return found


def test_a_root_may_be_the_sets_own_folder(place, monkeypatch):
    """FER_DATA_ROOTS names the set or what holds it, for commands and pages alike."""
    own = place if place.is_dir() else place.parent
    for root in (own, own.parent) if place.is_dir() else (own,):
        monkeypatch.setenv("FER_DATA_ROOTS", str(root))
        settings.cache_clear()
        assert locate_dataset().resolve() == find_set("fer2013").resolve()
        assert find_set("fer2013").resolve() in (place.resolve(), own.resolve())


def test_rows_come_in_the_order_asked_for(place):
    found = read_pictures(place, [3, 1], ["neutral", "happy"])
    np.testing.assert_array_equal(found, FACES[[3, 1]])


@pytest.mark.parametrize(
    ("ids", "labels", "words"),
    [([9], ["happy"], "has no row 9"), ([1], ["sad"], "labelled otherwise")],
)
def test_another_set_is_noticed(place, ids, labels, words):
    with pytest.raises(DataError, match=words):
        read_pictures(place, ids, labels)


def test_no_pictures_need_no_set(tmp_path):
    assert read_pictures(tmp_path / "none", [], []) == []


@pytest.mark.parametrize("name", ["fer2013", "../secret", ".hidden", "a/b"])
def test_a_set_that_is_not_there(name, tmp_path, monkeypatch):
    (tmp_path / "secret").mkdir()
    monkeypatch.setenv("FER_DATA_ROOTS", str(tmp_path / "roots"))
    assert find_set(name) is None


def test_folders_give_small_colour_pictures(tmp_path, monkeypatch):
    folder = tmp_path / "people" / "happy"
    folder.mkdir(parents=True)
    Image.new("RGB", (600, 300), (200, 100, 0)).save(folder / "a.png")
    monkeypatch.setenv("FER_DATA_ROOTS", str(tmp_path))
    place = find_set("people")
    (picture,) = read_pictures(place, ["happy/a.png"], ["happy"])
    assert picture.shape == (128, 256, 3)
    assert picture[0, 0].tolist() == [200, 100, 0]
    for name, words in (("../other.png", "outside the set"), ("happy/b.png", "has no file")):
        with pytest.raises(DataError, match=words):
            read_pictures(place, [name], ["happy"])


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_damaged_sets(name, tmp_path):
    (tmp_path / name).write_text("nothing\n1\n")
    with pytest.raises(DataError, match="cannot be read"):
        read_pictures(tmp_path / name, [0], ["happy"])
