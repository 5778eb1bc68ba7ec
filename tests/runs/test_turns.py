"""One training at a time, in the order they came, and each end is written down."""

import errno
import os
import signal
import threading
import time

import pytest

from fer_core.errors import BusyError, ConfigError
from fer_core.locks import try_hold
from fer_core.runs import turns
from fer_core.runs.listing import RUN_LOCK, State, find_run
from fer_core.runs.turns import work_in_turn
from fer_core.training.run import STOP_FILE


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LOOK_EVERY_S", 0.02)


def _wait_for(condition) -> None:
    end_s = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_the_second_waits_for_the_first(make_run) -> None:
    now = time.time()
    runs = [
        make_run(f"lenet-{i}", state="queued", queued_s=now + i, updated_s=now) for i in range(3)
    ]
    order: list[int] = []
    at_work = threading.Lock()
    may_end = threading.Event()

    def work(index: int) -> None:
        assert at_work.acquire(blocking=False), "two at a time"
        order.append(index)
        assert find_run(f"lenet-{index}").state is State.PREPARING
        assert may_end.wait(20)
        runs[index].set_status("finished")
        at_work.release()

    threads = [
        threading.Thread(target=work_in_turn, args=(run, lambda i=i: work(i), lambda line: None))
        for i, run in enumerate(runs)
    ]
    for thread in reversed(threads):  # whichever process is quicker: the order is that of the wish
        thread.start()
    _wait_for(lambda: order == [0])
    _wait_for(lambda: [find_run(f"lenet-{i}").place for i in (1, 2)] == [1, 2])
    may_end.set()
    for thread in threads:
        thread.join(20)
    assert order == [0, 1, 2]


def test_a_run_that_waits_can_be_stopped(make_run) -> None:
    second = make_run("lenet-b")
    done: list[str] = []
    with try_hold(turns.turn_lock()):
        thread = threading.Thread(
            target=work_in_turn, args=(second, lambda: done.append("b"), lambda line: None)
        )
        thread.start()
        _wait_for(lambda: find_run("lenet-b").place == 1)
        (second.path / STOP_FILE).touch()
        thread.join(20)
    assert find_run("lenet-b").state is State.STOPPED
    assert done == []
    assert not (second.path / STOP_FILE).exists()


def test_a_second_process_leaves_the_run_alone(make_run) -> None:
    run = make_run(state="running", locked=True)
    with try_hold(run.path / RUN_LOCK):
        with pytest.raises(BusyError, match="Another process works"):
            work_in_turn(run, lambda: None, lambda line: None)
    assert run.read_json("status.json")["state"] == "running"


def test_sigterm_stops(make_run) -> None:
    run = make_run()
    before = signal.getsignal(signal.SIGTERM)
    work_in_turn(run, lambda: signal.raise_signal(signal.SIGTERM), lambda line: None)
    assert find_run("lenet-1").state is State.STOPPED
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (MemoryError(), "Memory ran out"),
        (type("ResourceExhaustedError", (Exception,), {})("OOM"), "Memory ran out"),
        (ConfigError("Training needs at least 2 images."), "at least 2 images"),
        (RuntimeError("first\nsecond"), "RuntimeError: first)"),
    ],
)
def test_the_reason_of_an_end_is_kept(make_run, error, says) -> None:
    run = make_run()

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        work_in_turn(run, fail, lambda line: None)
    info = find_run("lenet-1")
    assert info.state is State.FAILED
    assert says in str(info.problem)
    assert sorted(p.name for p in run.path.iterdir()) == ["config.json", "lock", "status.json"]


def test_pieces_of_killed_trainings_do_not_fill_the_disk(make_run) -> None:
    run = make_run()
    for index in range(3):  # a checkpoint is megabytes, and each killed process leaves one
        piece = run.path / f".last.npz.{index}.part"
        piece.touch()
        os.utime(piece, (1, 1))
    (run.path / ".status.json.4.part").touch()  # the app writes it this moment
    work_in_turn(run, lambda: None, lambda line: None)
    assert [p.name for p in run.path.glob(".*")] == [".status.json.4.part"]
