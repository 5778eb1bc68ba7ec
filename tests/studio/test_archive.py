"""A set travels as one file; no file writes anything but a set."""

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fer_core.datasets.manifest import MANIFEST_NAME as MANIFEST
from fer_core.errors import DataError, FerError, LimitError
from fer_core.studio import StudioSet, list_sets
from fer_core.studio.archive import MOST_FACE_BYTES, export_set, import_set, words_of
from fer_core.studio.rows import format_manifest
from tests.studio.conftest import NOW_S

Members = list[tuple[zipfile.ZipInfo, bytes]]


def exported(made: StudioSet) -> bytes:
    out = io.BytesIO()
    export_set(made, out)
    return out.getvalue()


def members_of(data: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(member, archive.read(member)) for member in archive.infolist()]


def packed(members: Members) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)
    out.seek(0)
    return out


def take_in(source: io.BytesIO, title: str | None = "copy") -> StudioSet:
    return import_set(source, title=title, clock=lambda: NOW_S)


def test_a_spreadsheet_reads_the_names_of_an_export(
    made: StudioSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = "fer_core.studio.archive.format_manifest"
    with monkeypatch.context() as patched:
        patched.setattr(plain, lambda rows: format_manifest(rows).replace("anna", "Jürgen"))
        members = members_of(exported(made))
    (manifest,) = (data for member, data in members if member.filename == "manifest.csv")
    assert manifest.startswith(b"\xef\xbb\xbf")
    unmarked = manifest.decode("utf-8-sig").replace("Jürgen", "anna")
    marked = [
        (m, f"\ufeff{unmarked}".encode() if m.filename == "manifest.csv" else data)
        for m, data in members
    ]
    assert take_in(packed(marked)).rows() == made.rows()


def test_there_and_back(made: StudioSet) -> None:
    made.note_model("mine", ["anna"])
    copy = take_in(io.BytesIO(exported(made)))
    assert copy.rows() == made.rows()
    assert np.array_equal(copy.images(copy.rows()), made.images(made.rows()))
    theirs, ours = copy.info(), made.info()
    assert (theirs.participants, theirs.until_s, theirs.id) == (
        ours.participants,
        ours.until_s,
        ours.id,
    )
    assert theirs.trained == []
    for path in [copy.path, *copy.path.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    with pytest.raises(FerError, match="already"):
        take_in(io.BytesIO(exported(made)), title=None)


def named(name: str, data: bytes = b"x", mode: int = 0) -> Callable[[Members], Members]:
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    return lambda members: [*members, (member, data)]


def first_face(members: Members) -> int:
    return next(i for i, (m, _) in enumerate(members) if m.filename.startswith("faces/"))


def replaced(data: bytes) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        index = first_face(members)
        return [*members[:index], (members[index][0], data), *members[index + 1 :]]

    return change


def as_link(members: Members) -> Members:
    index = first_face(members)
    member = zipfile.ZipInfo(members[index][0].filename)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return [*members[:index], (member, b"/etc/passwd"), *members[index + 1 :]]


def twice(members: Members) -> Members:
    index = first_face(members)
    return [*members, (zipfile.ZipInfo(members[index][0].filename), members[index][1])]


def without(name: str) -> Callable[[Members], Members]:
    return lambda members: [m for m in members if m[0].filename != name]


def edited(name: str, edit: Callable[[str], str]) -> Callable[[Members], Members]:
    return lambda members: [
        (m, edit(d.decode()).encode() if m.filename == name else d) for m, d in members
    ]


def no_consents(text: str) -> str:
    value = json.loads(text)
    del value["participants"]["anna"]
    return json.dumps(value)


def of_a_year_far_away(text: str) -> str:
    return json.dumps(json.loads(text) | {"until_s": 10**12 * 31_556_952})


WIDE = cv2.imencode(".png", np.zeros((64, 64), np.uint8))[1].tobytes()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (named("../evil.png"), "nothing is unpacked"),
        (named("faces/../../evil.png"), "nothing is unpacked"),
        (named("/tmp/evil.png"), "nothing is unpacked"),
        (named("C:\\evil.png"), "nothing is unpacked"),
        (named("faces/", mode=stat.S_IFDIR | 0o755), "nothing is unpacked"),
        (named("faces/" + "0" * 16 + ".png"), "does not name"),
        (named("model.keras"), "nothing is unpacked"),
        (as_link, "is a link"),
        (twice, "twice"),
        (replaced(b"no picture"), "cannot|not a picture"),
        (replaced(WIDE), "48x48"),
        (replaced(b"\0" * (MOST_FACE_BYTES + 1)), "unpacks to"),
        (named("manifest2.csv"), "nothing is unpacked"),
        (without("set.json"), "no set.json"),
        (without("manifest.csv"), "no manifest.csv"),
        (lambda members: members[:-1], "lacks"),
        (edited("set.json", no_consents), "gave no consent"),
        (edited("set.json", of_a_year_far_away), "until_s"),
        (edited("set.json", lambda t: t.replace("lab", "l")[:-9]), "damaged"),
        (edited("manifest.csv", lambda t: t.replace("faces/", "../faces/", 1)), "line 2"),
    ],
)
def test_strange_archives_change_nothing(
    made: StudioSet, change: Callable[[Members], Members], words: str, data_dir: Path
) -> None:
    source = packed(change(members_of(exported(made))))
    before = {path for path in data_dir.parent.rglob("*") if ".locks" not in path.parts}
    with pytest.raises(FerError, match=words):
        take_in(source)
    after = {path for path in data_dir.parent.rglob("*") if ".locks" not in path.parts}
    assert after == before


def test_a_bomb_that_lies_about_its_size_is_read_no_further(made: StudioSet) -> None:
    """Both headers say 10 bytes; the stream holds 32 MiB."""
    members = members_of(exported(made))
    index = first_face(members)
    name = members[index][0].filename.encode()
    data = bytearray(packed(replaced(b"\0" * 2**25)(members)).getvalue())
    for signature, place, header in ((b"PK\3\4", 22, 30), (b"PK\1\2", 24, 46)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            if data[at + header : at + header + len(name)] == name:
                struct.pack_into("<I", data, at + place, 10)
    with pytest.raises(FerError, match=r"48x48|not a picture|unpacks|cannot be read|no archive"):
        take_in(io.BytesIO(bytes(data)))
    assert [found.name for found in list_sets()] == ["lab-one"]


def test_a_large_sum_is_refused(made: StudioSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_core.studio.archive.MOST_BYTES", 2000)
    with pytest.raises(LimitError):
        take_in(io.BytesIO(exported(made)))


def test_a_set_whose_time_is_over_is_not_taken_in(made: StudioSet) -> None:
    with pytest.raises(FerError, match="is over"):
        import_set(io.BytesIO(exported(made)), title="copy", clock=lambda: NOW_S * 2)


@pytest.mark.parametrize("data", [b"", b"PK", b"hello" * 100])
def test_no_archive(data: bytes, data_dir: Path) -> None:
    with pytest.raises(FerError, match="no archive"):
        take_in(io.BytesIO(data))


def labelled(made: StudioSet, word: str) -> io.BytesIO:
    """The set as somebody else labels it: happy by another word."""
    members = members_of(exported(made))
    return packed(
        [
            (m, data.replace(b",happy,", f",{word},".encode()) if m.filename == MANIFEST else data)
            for m, data in members
        ]
    )


@pytest.mark.parametrize(
    ("word", "how", "kept"),
    [
        ("Freude", {}, True),
        ("Happyness", {"classes": {"happyness": "happy"}}, True),
        ("=smile", {"classes": {"=smile": "happy"}}, True),
        ("Happyness", {"ignore": ["happyness"]}, False),
        ("happy", {"ignore": ["Happy"]}, False),
    ],
)
def test_faces_that_somebody_labelled_by_other_words(
    made: StudioSet, word: str, how: dict[str, Any], kept: bool
) -> None:
    source = labelled(made, word)
    assert words_of(source) == (() if word in ("Freude", "happy") else (word,))
    copy = import_set(source, title="copy", clock=lambda: NOW_S, **how)
    assert copy.rows() == [row for row in made.rows() if kept or row.emotion != "happy"]
    assert len(list((copy.path / "faces").iterdir())) == len(copy.rows())


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"classes": {"other": "sad"}},
        {"ignore": ["sad"]},
        {"classes": {"happyness": "contempt"}},
    ],
)
def test_a_word_that_means_nothing_is_one_sentence(made: StudioSet, how: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="labelled 'Happyness', which names none of angry, "):
        import_set(labelled(made, "Happyness"), title="copy", clock=lambda: NOW_S, **how)
    assert [one.name for one in list_sets()] == [made.name]
