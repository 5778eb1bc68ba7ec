"""Folder trees and manifests."""

from pathlib import Path

import numpy as np
import pytest

from fer_core.datasets import load_dataset
from fer_core.errors import DataError


@pytest.fixture
def tree(tmp_path, images, encode):
    """Writes {relative path: picture number or bytes} below a root."""

    def write(files: dict[str, int | bytes], root: str = "faces") -> Path:
        for name, content in files.items():
            path = tmp_path / root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else encode(images[content]))
        return tmp_path / root

    return write


def test_plain_tree_with_synonyms(tree, images):
    words = ["anger", "Disgusted", "fearful", "happiness", "SADNESS", "surprised", "neutral"]
    faces = load_dataset(tree({f"{word}/a.png": i for i, word in enumerate(words)}))
    assert faces.label_names == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
    by_name = dict(zip(faces.ids.tolist(), faces.labels.tolist(), strict=True))
    assert by_name == {f"{word}/a.png": i for i, word in enumerate(words)}
    assert dict(faces.split_counts()) == {"all": 7}
    np.testing.assert_array_equal(faces.faces()[faces.labels == 4][0], images[4])
    assert not faces.held_out.any()


@pytest.mark.parametrize(
    ("file", "split"),
    [
        ("train/happy/Training_10118481.png", "train"),
        ("test/happy/PublicTest_10017274.png", "public_test"),
        ("test/happy/PrivateTest_10131363.png", "private_test"),
        ("test/happy/im0.png", "private_test"),
        ("val/happy/im0.png", "public_test"),
        ("validation/happy/im0.png", "public_test"),
        ("public_test/happy/x.png", "public_test"),
        ("Private Test/happy/x.png", "private_test"),
        ("train/happy/deeper/x.png", "train"),
    ],
)
def test_split_folders(tree, file, split):
    faces = load_dataset(tree({file: 0}))
    assert faces.splits.tolist() == [split]
    assert faces.held_out.tolist() == [split != "train"]
    assert faces.label_names == ("happy",)


def test_unknown_folders_and_files_are_named(tree):
    root = tree(
        {"happy/a.png": 0, "bored/b.png": 1, "1/c.png": 2, "sad/d.png": 3, "sad/e.txt": b""}
    )
    with pytest.raises(DataError, match=r"1, bored name no emotion: .* --ignore 1,bored"):
        load_dataset(root)
    faces = load_dataset(root, ignore=["1", "bored"])
    assert len(faces) == 2
    text = " ".join(faces.warnings)
    assert "'bored'" in text
    assert "'1'" in text
    assert "'e.txt'" in text


def test_unknown_split_folder_is_named(tree):
    faces = load_dataset(tree({"train/happy/a.png": 0, "extra/happy/b.png": 1}))
    assert len(faces) == 1
    assert "'extra'" in faces.warnings[0]


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(20)])
def test_unreadable_picture(tree, content):
    with pytest.raises(DataError, match=r"happy/b\.png is not a picture") as caught:
        load_dataset(tree({"happy/a.png": 0, "happy/b.png": content}))
    assert f"Received: {len(content)} bytes" in str(caught.value)


def test_empty_class(tree):
    root = tree({"happy/a.png": 0})
    (root / "sad").mkdir()
    with pytest.raises(DataError, match=r"The class folder .*sad holds no picture"):
        load_dataset(root)


@pytest.mark.parametrize("name", ["bored/a.png", "a.png"])
def test_no_class_at_all(tree, name):
    with pytest.raises(DataError, match="no folder named after an emotion"):
        load_dataset(tree({name: 0}))


def test_pictures_of_other_sizes(tree, encode):
    root = tree({"happy/a.png": encode(np.full((60, 80), 9, np.uint8))})
    with pytest.raises(DataError, match=r"Received: 80x60 px; .*--detect"):
        load_dataset(root)
    assert (load_dataset(root, resize=True).faces() == 9).all()
    pictures = load_dataset(root, pictures=True)
    assert pictures.paths[0] == root / "happy/a.png"
    assert len(pictures.data_hash()) == 64
    with pytest.raises(DataError, match="--detect"):
        pictures.faces()


HEADER = "file,participant,clip,emotion,time_s"


def manifest(root: Path, lines: list[str], header: str = HEADER) -> Path:
    (root / "manifest.csv").write_text("\n".join([header, *lines]) + "\n")
    return root


def test_manifest(tree):
    root = tree({"a.png": 0, "b.png": 1})
    manifest(root, ["a.png,ann,c1,Anger,0.5", "b.png,bob,c2,happy,1"])
    for path in (root, root / "manifest.csv"):
        faces = load_dataset(path)
        assert faces.name == "faces"
        assert faces.participants.tolist() == ["ann", "bob"]
        assert faces.clips.tolist() == ["c1", "c2"]
        assert faces.times_s.tolist() == [0.5, 1.0]
        assert faces.label_names == ("angry", "happy")
        assert set(faces.splits) == {"all"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a.png,ann,c1,happy", "row 1 (line 3) has 4 cells"),
        ("a.png,ann,c1,bored,0", "Received: 'bored'"),
        ("a.png,ann,c1,happy,soon", "Received: 'soon'"),
        ("a.png,ann,c1,happy,nan", "Received: 'nan'"),
        ("a.png,,c1,happy,0", "participant must not be empty"),
        ("no.png,ann,c1,happy,0", "there is no file 'no.png'"),
        ("../outside.png,ann,c1,happy,0", "there is no file '../outside.png'"),
    ],
)
def test_bad_manifest(tree, line, said):
    root = tree({"a.png": 0})
    (root.parent / "outside.png").write_bytes((root / "a.png").read_bytes())
    manifest(root, ["a.png,ann,c1,happy,0", line])
    with pytest.raises(DataError) as caught:
        load_dataset(root)
    assert said in str(caught.value)
    assert "row 1" in str(caught.value)


def test_manifest_without_a_column(tree):
    root = manifest(tree({"a.png": 0}), ["a.png,ann"], header="file,participant")
    with pytest.raises(DataError, match="lacks the column 'clip'"):
        load_dataset(root)


def test_manifest_with_a_participant_on_both_sides(tree):
    root = tree({"a.png": 0, "b.png": 1})
    lines = ["a.png,ann,c1,happy,0,train", "b.png,ann,c2,sad,0,test"]
    manifest(root, lines, header=HEADER + ",split")
    with pytest.raises(DataError, match=r"Participant 'ann' .* by participant"):
        load_dataset(root)


@pytest.mark.parametrize(
    ("files", "is_fer"),
    [
        (("train/happy/Training_1.png", "test/sad/PublicTest_2.png"), True),
        (("train/happy/Training_1.png", "test/sad/mine.png"), False),
        (("happy/a.png",), False),
    ],
)
def test_only_fer_2013_s_own_file_names_tell_fer_labels(tree, files, is_fer):
    faces = load_dataset(tree({file: i for i, file in enumerate(files)}))
    assert faces.has_fer_labels is is_fer


def test_a_manifest_may_call_the_time_time(tree):
    header = "file,participant,clip,emotion,time\n"
    root = tree({"a.png": 0, "manifest.csv": (header + "a.png,p,c,joy,1.5\n").encode()})
    assert load_dataset(root).times_s.tolist() == [1.5]


def test_a_broken_picture_is_named_without_the_reader_s_insides(tree):
    with pytest.raises(DataError, match=r"a\.png .* Received: 2 bytes\.$"):
        load_dataset(tree({"happy/a.png": b"no"}))


def test_a_set_without_split_folders_says_so(tree):
    assert load_dataset(tree({"happy/a.png": 0})).split_note == "not divided"
    assert load_dataset(tree({"train/sad/a.png": 1}, "other")).split_note == "official"


def test_numbered_class_folders_are_refused_with_the_reason(tree):
    with pytest.raises(DataError, match="numbers mean another order in every set"):
        load_dataset(tree({"0/a.png": 0, "1/b.png": 1}))
    with pytest.raises(DataError, match="numbers mean another order in every set"):
        load_dataset(tree({"train/0/a.png": 0, "test/1/b.png": 1}, "split"))


def test_the_folder_without_a_class_is_described_at_its_level(tree):
    with pytest.raises(DataError, match="Received: bored"):
        load_dataset(tree({"train/bored/a.png": 0}))
