"""What a process holds for an hour at most goes by the keeper's clock, not by its own threads."""

import threading
from pathlib import Path

import pytest

from fer_core import retention
from fer_core.app.analyse.desk import KEEP_S, Desks, shared_desks
from fer_core.app.stream.tab import shared_left
from fer_core.app.uploads import shared_uploads
from fer_core.config import settings
from fer_core.service.jobs import JobShelf
from tests.clock import Clock, wait_until


class Held:
    """Counts how often it was swept, and may have a fault."""

    def __init__(self, *, fails: bool = False) -> None:
        self.swept, self.fails = 0, fails

    def sweep(self) -> None:
        self.swept += 1
        if self.fails:
            raise ValueError("a fault")


def test_the_keeper_looks_at_what_is_held_between_its_sweeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    monkeypatch.setattr(retention, "LOOK_EVERY_S", 0.01)
    whole: list[retention.Swept] = []
    faulty, fine, clock = Held(fails=True), Held(), Clock()
    shelf = JobShelf(clock=clock)
    _, upload = shelf.reserve(1)
    clock.now_s += KEEP_S
    for one in (faulty, fine):
        retention.sweep_too(one)
    keeper = retention.Keeper(None, tell=whole.append)
    keeper.start()
    try:
        wait_until(lambda: fine.swept > 2 and faulty.swept > 2)
        wait_until(lambda: not upload.parent.exists())
        assert len(whole) == 1, "an hour has not passed"
    finally:
        keeper.stop()
        shelf.close()


def test_an_hour_of_uploads_and_desks_is_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    uploads = shared_uploads()
    monkeypatch.setattr(uploads, "_clock", clock)
    uploads.expect("a page")
    desk = shared_desks().open("a browser")
    monkeypatch.setattr(desk, "_clock", clock)
    desk.touch()
    clock.now_s += KEEP_S - 1
    retention.sweep_held()
    assert "a page" in uploads._asking
    assert desk.folder.exists()
    clock.now_s += 2
    retention.sweep_held()
    assert "a page" not in uploads._asking
    assert not desk.folder.exists()
    assert shared_left() in retention._held


def test_who_counts_deletes_nothing(tmp_path: Path) -> None:
    clock = Clock()
    shelf = JobShelf(clock=clock)
    try:
        job_id, upload = shelf.reserve(1)
        upload.write_bytes(b"a video")
        shelf._held[job_id].job = Ended()  # type: ignore[assignment]
        assert shelf.purge(dry_run=True) == 0
        assert upload.exists()
        assert shelf.purge() == 0
        assert not upload.exists(), "what is analysed is needed no more"
    finally:
        shelf.close()


class Ended:
    """An analysis that is over."""

    ended_at, is_running = 0.0, False

    def cancel(self) -> None:
        """Nothing runs."""


def test_what_is_held_has_no_thread_of_its_own() -> None:
    before, shelf, desks = set(threading.enumerate()), JobShelf(), Desks()
    try:
        shelf.reserve(1)
        desks.open()
        assert set(threading.enumerate()) <= before
    finally:
        shelf.close()
        desks.close()
