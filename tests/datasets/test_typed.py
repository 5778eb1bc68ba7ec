"""Tables as people have them: another divider, another encoding, empty lines, capitals."""

import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fer_core.datasets import load_dataset
from fer_core.datasets.build import read_clip_labels
from fer_core.datasets.typed import read_typed, write_typed
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

PIXELS = " ".join(["7"] * 2304)
ROWS = [("3", PIXELS, "Training"), ("4", PIXELS, "PublicTest")]


def table(rows: list[tuple[str, ...]], divider: str = ",") -> str:
    return "".join(divider.join(cells) + "\r\n" for cells in rows)


HEAD = ("emotion", "pixels", "Usage")
#: name -> (content, splits)
FORMS = {
    "comma": (table([HEAD, *ROWS]).encode(), {"train": 1, "public_test": 1}),
    "semicolon": (table([HEAD, *ROWS], ";").encode(), {"train": 1, "public_test": 1}),
    "tab": (table([HEAD, *ROWS], "\t").encode(), {"train": 1, "public_test": 1}),
    "utf-16": (table([HEAD, *ROWS], "\t").encode("utf-16"), {"train": 1, "public_test": 1}),
    "utf-16 without a mark": (
        table([HEAD, *ROWS], "\t").encode("utf-16-le"),
        {"train": 1, "public_test": 1},
    ),
    "bars": (table([HEAD, *ROWS], "|").encode(), {"train": 1, "public_test": 1}),
    "a line for Excel": (
        b"sep=;\r\n" + table([HEAD, *ROWS], ";").encode(),
        {"train": 1, "public_test": 1},
    ),
    "capitals": (
        table([("Emotion", "Pixels", "USAGE"), *ROWS]).encode(),
        {"train": 1, "public_test": 1},
    ),
    "no usage": (table([HEAD[:2], *(row[:2] for row in ROWS)]).encode(), {"all": 2}),
    "floats": (
        table([HEAD, *((f"{a}.0", b, c) for a, b, c in ROWS)]).encode(),
        {"train": 1, "public_test": 1},
    ),
    "empty at the end": (
        (table([HEAD, *ROWS]) + ",,\r\n,,\r\n\r\n").encode(),
        {"train": 1, "public_test": 1},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_faces_as_numbers(name: str, tmp_path: Path) -> None:
    content, splits = FORMS[name]
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    faces = load_dataset(path)
    assert dict(faces.split_counts()) == splits
    assert [faces.label_names[k] for k in faces.labels] == ["happy", "sad"]
    assert faces.split_note == ("not divided" if "all" in splits else "official")


def test_no_header_is_a_short_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(table(ROWS))
    with pytest.raises(DataError, match="has no header: its first line must be") as caught:
        load_dataset(path)
    assert len(str(caught.value)) < 300


COLUMNS = ("file", "participant", "clip", "emotion", "time_s")
ENTRIES = [("0.png", "Jürgen", "c", "happy", "0.5"), ("1.png", "Ana", "c", "sad", "1.5")]


@pytest.mark.parametrize("divider", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_manifests(divider: str, encoding: str, tmp_path: Path) -> None:
    for name in ("0.png", "1.png"):
        cv2.imwrite(str(tmp_path / name), np.full((48, 48), 90, np.uint8))
    head = tuple(name.title() for name in COLUMNS)
    text = table([head, *ENTRIES], divider) + divider * 4 + "\r\n\r\n"
    (tmp_path / "manifest.csv").write_bytes(text.encode(encoding))
    faces = load_dataset(tmp_path)
    assert faces.participants is not None
    assert faces.participants.tolist() == ["Jürgen", "Ana"]


def test_what_is_written_follows_the_rule_of_exports_and_reads_back(tmp_path: Path) -> None:
    rows = [("file", "participant"), ("=1+1.mp4", "Jürgen"), ("'a.mp4", "-x")]
    write_typed(tmp_path / "a.csv", rows)
    assert (tmp_path / "a.csv").read_bytes().startswith("\ufefffile".encode())
    assert "\n'=1+1.mp4," in (tmp_path / "a.csv").read_text("utf-8")
    read = read_typed(tmp_path / "a.csv", ("file", "participant"))
    assert (read.header, [tuple(cells) for _, cells in read.rows]) == (rows[0], rows[1:])


def test_labels_of_manifests_that_name_no_emotion(tmp_path: Path) -> None:
    for name in ("0.png", "1.png", "2.png"):
        cv2.imwrite(str(tmp_path / name), np.full((48, 48), 90, np.uint8))
    rows = [("0.png", "ana", "c", "Suprise", "0"), ("1.png", "ben", "d", "7", "0")]
    rows.append(("2.png", "ben", "d", "bored", "0"))
    (tmp_path / "manifest.csv").write_text(table([COLUMNS, *rows]))
    with pytest.raises(DataError, match=r"Did you mean surprise.*--classes Suprise=surprise"):
        load_dataset(tmp_path)
    faces = load_dataset(
        tmp_path, classes={"suprise": "surprise", "7": "neutral"}, ignore=["Bored"]
    )
    assert [faces.label_names[k] for k in faces.labels] == ["surprise", "neutral"]


@pytest.mark.parametrize(
    "text",
    [
        "file;participant;emotion\na.mp4;anna;happy\n",
        "file\tparticipant\temotion\na.mp4\tanna\thappy\n\t\t\n",
        "File,Participant,Emotion\na.mp4,anna,happy\n",
        "file, participant, emotion\na.mp4, anna, happy\n\n",
    ],
)
def test_lists_of_videos(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (tmp_path / "labels.csv").write_text(text)
    (clip,) = read_clip_labels(tmp_path)
    assert (clip.name, clip.participant, clip.emotion) == ("a", "anna", "happy")


def write_hub(
    path: Path, names: list[str] | None, columns: tuple[str, str] = ("image", "label")
) -> Path:
    """As the Hugging Face Hub writes sets of pictures."""
    _, data = cv2.imencode(".png", np.full((48, 48), 90, np.uint8))
    rows = [{"bytes": data.tobytes(), "path": f"{k}.png"} for k in range(3)]
    made = pa.table(dict(zip(columns, (rows, [2, 0, 1]), strict=True)))
    if names is not None:
        about = {"info": {"features": {columns[1]: {"names": names, "_type": "ClassLabel"}}}}
        made = made.replace_schema_metadata({"huggingface": json.dumps(about)})
    pq.write_table(made, path)
    return path


def test_parquet_of_the_hub(tmp_path: Path) -> None:
    names = ["sadness", "Happy", "surprise"]
    write_hub(tmp_path / "train-00000-of-00001.parquet", names)
    write_hub(tmp_path / "test-00000-of-00001.parquet", names)
    faces = load_dataset(tmp_path)
    assert dict(faces.split_counts()) == {"private_test": 3, "train": 3}
    assert [faces.label_names[k] for k in faces.labels[:3]] == ["surprise", "sad", "happy"]
    assert (faces.label_names, faces.has_fer_labels) == (EMOTIONS, False)
    assert dict(load_dataset(write_hub(tmp_path / "hub.parquet", names)).split_counts()) == {
        "all": 3
    }


def test_parquet_of_the_hub_with_other_columns(tmp_path: Path) -> None:
    names = ["sadness", "Happy", "surprise"]
    path = write_hub(tmp_path / "hub.parquet", names, ("img", "labels"))
    faces = load_dataset(path)
    assert [faces.label_names[k] for k in faces.labels] == ["surprise", "sad", "happy"]


def test_parquet_of_the_hub_without_names(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not name its classes"):
        load_dataset(write_hub(tmp_path / "hub.parquet", None))


@pytest.mark.parametrize(("above", "line"), [(b"", 3), (b"sep=,\r\n", 4)])
def test_lines_are_counted_as_in_the_file(above: bytes, line: int, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(above + table([HEAD, ROWS[0], ("9", PIXELS, "Training")]).encode())
    with pytest.raises(DataError, match=rf"line {line}\)"):
        load_dataset(path)
    path.write_bytes(above + table([HEAD, ROWS[0], ("3", "7 7", "Training")]).encode())
    with pytest.raises(DataError, match=rf"line {line}\)"):
        load_dataset(path)
    assert [at for at, _ in read_typed(path, HEAD).rows] == [line - 1, line]
