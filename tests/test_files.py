"""Files written whole or not at all, and read back or told what is wrong."""

import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from fer_core.errors import DataError, DecodeError
from fer_core.files import (
    PRIVATE,
    change_json,
    clear_pieces,
    make_private_dir,
    open_input,
    open_whole,
    peek_object,
    read_object,
    remove_whole,
    whole_folder,
    write_json,
    write_whole,
)
from tests.kills import kill_before


@pytest.mark.parametrize("data", ["ä\n", b"\x00\xff\n"])
def test_what_is_written_is_there_and_nothing_else(tmp_path: Path, data: bytes | str) -> None:
    path = tmp_path / ("n" * 240 + ".json")
    path.write_text("old")
    write_whole(path, data)
    assert path.read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_rights_are_there_from_the_first_byte_on(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_text("old")  # for everybody
    with open_whole(path, mode) as file:
        piece = next(p for p in tmp_path.iterdir() if p != path)
        assert piece.stat().st_mode & 0o777 == mode & ~_umask()
        file.write(b"new")
    assert path.stat().st_mode & 0o777 == mode & ~_umask()
    assert path.read_text() == "new"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_writing_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("old")

    def break_off() -> None:
        with open_whole(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_never_share_a_piece(tmp_path: Path) -> None:
    path = tmp_path / "both"
    with open_whole(path) as first, open_whole(path) as second:
        first.write(b"1" * 10)
        second.write(b"2" * 5)
    assert path.read_bytes() == b"1" * 10, "the one that ended last"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, r"gone.json does not exist; check the path"),
        (b"{", r"gone.json is damaged: it is no JSON .* Restore it from a copy, or delete it"),
        (b"\xff", r"gone.json is damaged: it is no JSON"),
        (b"[" * 100_000, r"gone.json is damaged: it is no JSON"),
        (b"[1]", r"gone.json is damaged: it must hold an object. Received: list"),
    ],
)
def test_what_is_no_object_is_said_and_looks_empty(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "gone.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        read_object(path)
    assert peek_object(path) == {}


def test_a_folder_in_the_files_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_object(tmp_path)


def test_changes_of_many_threads_all_count(tmp_path: Path) -> None:
    path = tmp_path / "count.json"

    def add(value: dict[str, int]) -> None:
        seen = value.get("n", 0)
        time.sleep(0.001)  # long enough for another to read the same
        value["n"] = seen + 1

    threads = [threading.Thread(target=change_json, args=(path, add)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert read_object(path) == {"n": 8}
    assert list(tmp_path.iterdir()) == [path], "the lock leaves nothing"


def test_a_damaged_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "damaged.json"
    path.write_text('{"half": ')
    with pytest.raises(DataError, match="damaged"):
        change_json(path, lambda value: value.update(a=1))
    assert path.read_text() == '{"half": '


def test_a_change_of_nothing_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "same.json"
    path.write_text('{"a":1}')
    assert change_json(path, lambda value: None) == {"a": 1}
    assert path.read_text() == '{"a":1}'


def test_mode_of_a_changed_file(tmp_path: Path) -> None:
    change_json(tmp_path / "private.json", lambda value: value.update(a=1), PRIVATE)
    assert (tmp_path / "private.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "private.json").read_text()) == {"a": 1}


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_comes_whole(tmp_path: Path, is_there: bool) -> None:
    path = tmp_path / "deep" / "model"
    if is_there:
        path.mkdir(parents=True)
        (path / "old").touch()
    with whole_folder(path) as piece:
        (piece / "new").touch()
        assert (path / "old").exists() == is_there
    assert [p.name for p in path.iterdir()] == ["new"]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_that_fails_is_not_there(tmp_path: Path, is_there: bool) -> None:
    path = tmp_path / "model"
    if is_there:
        path.mkdir()
        (path / "old").touch()

    def break_off() -> None:
        with whole_folder(path) as piece:
            (piece / "new").touch()
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        break_off()
    assert [p.name for p in tmp_path.rglob("*")] == (["model", "old"] if is_there else [])


def test_a_private_folder_is_its_owners(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "set", private=True):
        pass
    make_private_dir(tmp_path / "a" / "b")
    for name in ("set", "a", "a/b"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_removed_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.mkdir()
    (path / "file").touch()
    remove_whole(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it needs Linux")
@pytest.mark.parametrize("is_there", [False, True])
def test_a_kill_leaves_the_old_folder_or_the_new(tmp_path: Path, is_there: bool) -> None:
    path, number, killed = tmp_path / "at" / "model", 1, True

    def fill() -> None:
        with whole_folder(path) as piece:
            for name in ("one", "two"):
                (piece / name).write_text("new")

    while killed:
        if path.parent.exists():
            remove_whole(path.parent)
        path.parent.mkdir()
        if is_there:
            path.mkdir()
            (path / "old").write_text("old")
        killed = kill_before(number, fill, tmp_path / "at")
        clear_pieces(path.parent, 0.0)
        left = {one.relative_to(path.parent).as_posix() for one in path.parent.rglob("*")}
        was = {"model", "model/old"} if is_there else set()
        assert left == {"model", "model/one", "model/two"} or (killed and left == was)
        number += 1
    assert number > 4, "there were many changes"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it needs Linux")
def test_a_kill_leaves_no_half_of_a_folder_that_is_removed(tmp_path: Path) -> None:
    path, number, killed = tmp_path / "set", 1, True
    while killed:
        (path / "faces").mkdir(parents=True, exist_ok=True)
        for name in ("a.png", "faces/b.png"):
            (path / name).write_bytes(b"")
        killed = kill_before(number, lambda: remove_whole(path), tmp_path)
        assert not path.exists() or len(list(path.rglob("*"))) == 3
        assert path.exists() is (number == 1)
        clear_pieces(tmp_path)
        assert {one.name for one in tmp_path.iterdir()} == ({"set"} if number == 1 else set())
        number += 1
    assert number > 4, "there were many changes"


def test_two_may_remove_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, remove, times = tmp_path / "set", shutil.rmtree, 0
    path.mkdir()

    def remove_late(folder: Path) -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise FileNotFoundError("somebody else was faster")
        remove(folder)

    monkeypatch.setattr(shutil, "rmtree", remove_late)
    remove_whole(path)
    assert list(tmp_path.iterdir()) == []
    assert times == 2


def test_only_old_pieces_are_cleared(tmp_path: Path) -> None:
    for name in (".old.1.part", ".new.2.part", "kept.part", ".kept"):
        (tmp_path / name).touch()
    for name in (".folder.part", ".deleted-run", ".export-abc"):
        (tmp_path / name).mkdir()
    for name in (".old.1.part", "kept.part", ".kept", ".folder.part", ".export-abc"):
        os.utime(tmp_path / name, (1, 1))
    assert clear_pieces(tmp_path) == 4
    assert {p.name for p in tmp_path.iterdir()} == {".new.2.part", "kept.part", ".kept"}


def test_an_input_that_is_empty_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(DecodeError, match="is empty"):
        open_input(tmp_path / "empty.png", "picture")
