"""Which data a visitor may use: nothing outside the open folders, by no way of naming it."""

from pathlib import Path

import pytest

from fer_core.errors import InputError
from fer_core.runs.paths import check_data_path, find_datasets


@pytest.fixture
def roots(data_dir: Path, tmp_path: Path) -> Path:
    """``roots`` with a set, and links that lead out; ``secret`` beside it."""
    roots = tmp_path / "roots"
    (roots / "set" / "happy").mkdir(parents=True)
    (roots / "set" / "happy" / "a.png").touch()
    (tmp_path / "secret" / "happy").mkdir(parents=True)
    (roots / "way-out").symlink_to(tmp_path / "secret")
    (tmp_path / "roots-too").mkdir()
    return roots


@pytest.mark.parametrize(
    "name",
    [
        "/etc",
        "/nowhere/at/all",
        "{roots}/../secret",
        "{roots}/way-out",
        "{roots}/way-out/happy",
        "{roots}-too",
        "~",
        "{data}",
        "{data}/reactions",
        "{data}/keys/cookie.key",
        "{data}/recordings/../keys",
        "secret",
        "/proc/self/root{roots}/../secret",
    ],
)
def test_what_lies_elsewhere_is_refused_alike(roots: Path, data_dir: Path, name: str) -> None:
    with pytest.raises(InputError, match="does not lie under FER_DATA_DIR or FER_DATA_ROOTS"):
        check_data_path(name.format(roots=roots, data=data_dir))


@pytest.mark.parametrize(
    ("name", "says"), [("", "No data set"), (" ", "No data set"), ("a\0b", "No data set")]
)
def test_no_path(roots: Path, name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_data_path(name)


def test_what_lies_under_a_root_is_resolved(roots: Path) -> None:
    assert check_data_path(f" {roots}/set/../set ") == (roots / "set").resolve()
    with pytest.raises(InputError, match="There is no data set"):
        check_data_path(roots / "gone")


def test_sets_are_found_where_they_are_open(roots: Path, data_dir: Path, tmp_path: Path) -> None:
    (roots / "small.csv").write_text("emotion,pixels,Usage\n")
    (roots / "fer2013new.csv").write_text("Usage,neutral\n")
    (roots / "notes.csv").write_text("a,b\n")
    (roots / "deep" / "er").mkdir(parents=True)
    (roots / "deep" / "er" / "x.parquet").touch()
    recorded = data_dir / "recordings" / "me"
    recorded.mkdir(parents=True)
    (recorded / "manifest.csv").touch()
    (data_dir / "models" / "happy").mkdir(parents=True)
    assert set(find_datasets()) == {
        recorded,
        roots / "small.csv",
        roots / "deep" / "er",
        roots / "set",
    }


def test_a_link_inside_a_set_does_not_lead_out(roots: Path, tmp_path: Path) -> None:
    (tmp_path / "secret" / "b.png").touch()
    inside = roots / "set" / "happy" / "b.png"
    inside.symlink_to(tmp_path / "secret" / "b.png")
    with pytest.raises(InputError, match=r"leads out of the open folders \(b\.png\)"):
        check_data_path(roots / "set")
    inside.unlink()
    inside.symlink_to(roots / "set" / "happy" / "a.png")
    assert check_data_path(roots / "set") == (roots / "set").resolve()
