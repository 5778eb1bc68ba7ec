"""One expired thing of every kind, and no page: the clock and the command line delete them."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from fer_core import retention
from fer_core.access import Role
from fer_core.access.links import make_link, redeem
from fer_core.app import door
from fer_core.cli import build_app
from fer_core.config import PROJECT_ROOT, settings
from fer_core.scratch import Scratch
from fer_core.storage import Store, audit, rooms, shared_store
from fer_core.storage.block_table import TeamBlock
from fer_core.storage.table_base import TableBase
from fer_core.storage.tables import Person
from fer_core.studio import StudioSet
from tests.clock import wait_until
from tests.storage.fills import add_person

DAY_S = 86_400
#: A process that makes a folder for uploads and is killed.
KILLED = """
import os
from fer_core.scratch import Scratch
made = Scratch()
(made.path / "face.jpg").write_bytes(b"a stranger's picture")
print(made.path, flush=True)
os.kill(os.getpid(), 9)
"""
CODE = "0123456789abcdef"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    settings.cache_clear()
    return tmp_path / "data"


@pytest.fixture
def store(data_dir: Path) -> Iterator[Store]:
    made = shared_store()
    yield made
    made.close()


def fill_database(store: Store, at_s: int) -> None:
    """A row of every table that has a date, all of that moment."""
    add_person(store, f"person-{at_s}", seconds=70, start_s=at_s)
    with store.write() as session:
        room = rooms.open_room(
            session,
            title="Then",
            mode="camera",
            holder=1,
            k_min=2,
            now_s=at_s,
            closes_s=at_s + 60,
        )
        rooms.add_marker(session, room_id=room.id, label="fractions", now_s=at_s)
        audit.note(session, action="looked", subject="team 1", now_s=at_s)
        made = make_link(session, role=Role.MANAGER, label="Lea", number=1, now_s=at_s, days=1)
        redeem(session, token=made.token, now_s=at_s)
        session.add(
            TeamBlock(team=0, day_s=at_s, first_id=1, last_id=5, people=5, salt="", seal="")
        )


def fill_files(data_dir: Path, at_s: int, name: str) -> None:
    """A set whose date is ten days after that moment, a viewing and an erased person's run."""
    StudioSet.create(name, keep_days=10, clock=lambda: at_s)
    clip = data_dir / "reactions" / f"clip-{name}"
    (clip / "viewings").mkdir(parents=True)
    (clip / "clip.json").write_text(
        json.dumps({"key": clip.name, "name": name, "file": "a.mp4", "duration_s": 1.0})
    )
    viewing = {"given_s": at_s, "probs": [[1, 0, 0, 0, 0, 0, 0]], "valid_s": [1]}
    (clip / "viewings" / f"{CODE}.json").write_text(json.dumps(viewing))
    run = data_dir / "runs" / f"run-{name}"
    run.mkdir(parents=True)
    (run / "config.json").write_text('{"recipe": {}, "data": {}}')
    (run / "status.json").write_text('{"state": "finished"}')
    (run / "erased").write_text(f"{at_s}\n")


def leave_pieces(data_dir: Path) -> list[Path]:
    """What killed processes leave; all of it old."""
    left = [
        data_dir / "recordings" / ".import-mine-abc123",
        data_dir / "recordings" / ".abc123.part",
        data_dir / "recordings" / ".deleted-abc123",
        data_dir / "reactions" / ".abc123.part",
        data_dir / "models" / ".abc123.part",
        data_dir / "runs" / ".deleted-abc123",
    ]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "face.png").write_bytes(b"a face")
    piece = data_dir / "reactions" / "clip-over" / "viewings" / f".{CODE}.part"
    piece.write_text("half a viewing")
    for path in (*left, piece):
        os.utime(path, (1, 1))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return [*left, piece, Path(killed.stdout.strip())]


def rows_of(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in TableBase.metadata.tables.items()
        }


@pytest.fixture
def expired(data_dir: Path, store: Store) -> tuple[Callable[[], list[str]], dict[str, int]]:
    """Everything twice, once too old and once of today; what is still there of the old, and the
    rows that stay."""
    now_s = int(time.time())
    fill_database(store, now_s - DAY_S // 2)
    stays = rows_of(store)
    fill_database(store, now_s - 500 * DAY_S)
    fill_files(data_dir, now_s - 40 * DAY_S, "over")
    fill_files(data_dir, now_s, "stays")
    left = leave_pieces(data_dir)
    assert all(path.exists() for path in left)
    kept = Scratch()  # of a process that lives: this one

    def there() -> list[str]:
        viewing = data_dir / "reactions" / "clip-over" / "viewings" / f"{CODE}.json"
        old = [data_dir / "recordings" / "over", data_dir / "runs" / "run-over", *left]
        found = [str(path) for path in old if path.exists()]
        found += ["viewing"] if "probs" in viewing.read_text() else []
        rows = rows_of(store)
        found += [name for name, count in rows.items() if count != stays[name]]
        for name in ("recordings/stays", "runs/run-stays"):
            assert (data_dir / name).exists(), name
        assert "probs" in (viewing.parents[2] / "clip-stays/viewings" / viewing.name).read_text()
        assert kept.path.exists()
        return found

    assert len(there()) > 15
    return there, stays


def test_the_servers_clock_deletes_one_of_every_kind(
    expired: tuple[Callable[[], list[str]], dict[str, int]],
) -> None:
    there, _ = expired

    async def serve_for_a_moment() -> None:
        async with door._keep(None):  # type: ignore[arg-type]
            await asyncio.to_thread(wait_until, lambda: not there(), 30.0)

    asyncio.run(serve_for_a_moment())


def test_the_command_line_says_it_first_and_then_does_it(
    expired: tuple[Callable[[], list[str]], dict[str, int]],
) -> None:
    there, _ = expired
    before = there()
    said = CliRunner().invoke(build_app(), ["retention", "--dry-run"])
    assert said.exit_code == 0, said.output
    assert there() == before, "a dry run changes nothing"
    kinds = {line.split(":")[0] for line in said.stdout.splitlines()}
    assert kinds == {
        *retention._ROWS.values(),
        retention.SETS,
        "viewings of clips",
        "training runs of erased people",
        "temporary folders",
        "unfinished models and runs",
    }
    assert all("would go" in line for line in said.stdout.splitlines())
    done = CliRunner().invoke(build_app(), ["retention"])
    assert done.stdout == said.stdout.replace("would go", "deleted")
    assert there() == []
    again = CliRunner().invoke(build_app(), ["retention"])
    assert again.stdout == "Nothing's time is over.\n"


def test_looking_for_old_rows_makes_no_database(data_dir: Path) -> None:
    assert CliRunner().invoke(build_app(), ["retention"]).exit_code == 0
    assert not data_dir.exists()


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "mysql://nobody@x/none"])
def test_files_do_not_wait_for_the_database(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("FER_DATABASE_URL", url)
    settings.cache_clear()
    fill_files(data_dir, int(time.time()) - 40 * DAY_S, "over")

    async def serve_for_a_moment() -> None:
        async with door._keep(None):  # type: ignore[arg-type]
            gone = data_dir / "recordings" / "over"
            await asyncio.to_thread(wait_until, lambda: not gone.exists(), 30.0)

    asyncio.run(serve_for_a_moment())


def test_what_stands_in_the_way_of_one_kind_stops_no_other(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_files(data_dir, int(time.time()) - 40 * DAY_S, "over")

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(retention, "purge_sets", fail)
    swept = retention.sweep(None)
    assert len(swept.problems) == 1
    assert "Permission denied" in swept.problems[0]
    assert not (data_dir / "runs" / "run-over").exists()


def test_the_keeper_goes_on_with_an_erasure_that_could_not_be_finished(store: Store) -> None:
    person_id, _ = add_person(store, "needle-quetzal", seconds=5)
    keeper = retention.Keeper(store)
    keeper.start()
    store.database.busy_timeout_s = 0.2
    file = store.database.path
    assert file is not None
    with store.read() as reader:
        reader.scalars(select(Person)).all()
        with pytest.raises(Exception, match="another program reads"):
            store.erase(person_id=person_id)

    def is_clean() -> bool:
        return all(b"needle-quetzal" not in path.read_bytes() for path in file.parent.iterdir())

    wait_until(is_clean, 20.0)
    keeper.stop()


def test_a_scratch_folder_that_is_swept_before_it_is_locked_is_made_again(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, made = shutil.rmtree, []

    def sweep_first(path: Path, **how: object) -> None:
        made.append(path)
        real(path)

    import tempfile

    make = tempfile.mkdtemp

    def take(*arguments: object, **how: str) -> str:
        path = make(*arguments, **how)
        if not made:
            sweep_first(Path(path))
        return path

    monkeypatch.setattr("fer_core.scratch.tempfile.mkdtemp", take)
    scratch = Scratch()
    assert scratch.path.exists()
    assert scratch.path != made[0]
    assert scratch.path.stat().st_mode & 0o077 == 0
    scratch.close()
    assert not scratch.path.exists()


SWEEPERS = r"\b(purge_sets|purge_runs|purge_jobs|sweep_scratch|Keeper|retention\.sweep)\b|\.purge\("
CALLERS = {"retention.py", "app/keeping.py"}
#: Where they are made.
HOMES = {"studio/shelf.py", "studio/__init__.py", "runs/erased.py", "scratch.py"}
HOMES |= {"storage/store.py", "reactions/shelf.py", "service/jobs.py"}


def test_nobody_else_sweeps() -> None:
    root = PROJECT_ROOT / "fer_core"
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if re.search(SWEEPERS, path.read_text(encoding="utf-8"))
    }
    assert found - HOMES == CALLERS
    text = (root / "retention.py").read_text(encoding="utf-8")
    assert "streamlit" not in text
    assert not re.search(r"^(from|import) fer_core\.(app|cli)", text, re.M)
