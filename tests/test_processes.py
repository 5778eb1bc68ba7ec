"""Cores as a container limits them, and commands of ours in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fer_core import processes
from fer_core.config import settings
from fer_core.processes import our_environment, spawn, start, usable_cores

V1 = "sys/fs/cgroup/cpu,cpuacct"


@pytest.mark.parametrize(
    ("groups", "files", "cores"),
    [
        ("", {}, 8),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "250000 100000\n"}, 2),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "50000 100000\n"}, 1),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "6400000 100000\n"}, 8),
        (  # the narrowest of the groups above counts
            "0::/a/b\n",
            {
                "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
                "sys/fs/cgroup/a/cpu.max": "300000 100000\n",
                "sys/fs/cgroup/cpu.max": "400000 100000\n",
            },
            3,
        ),
        ("0::/of/the/host\n", {"sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
        ("0::/../..\n", {"sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
        (
            "5:cpu,cpuacct:/d\n4:memory:/d\n",
            {f"{V1}/d/cpu.cfs_quota_us": "400000\n", f"{V1}/d/cpu.cfs_period_us": "100000\n"},
            4,
        ),
        (
            "5:cpu,cpuacct:/d\n",
            {f"{V1}/cpu.cfs_quota_us": "-1\n", f"{V1}/cpu.cfs_period_us": "100000\n"},
            8,
        ),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "100000 0\n"}, 8),
        ("0::/\n", {"sys/fs/cgroup/cpu.max": "what\n"}, 8),
        ("no such line\n", {}, 8),
    ],
)
def test_a_containers_quota_counts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    groups: str,
    files: dict[str, str],
    cores: int,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    for name, text in {"proc/self/cgroup": groups, **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert usable_cores(tmp_path) == cores


def test_without_affinity_the_processors_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert usable_cores(tmp_path) == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cores(tmp_path) == 1


def test_this_machine() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def test_folders_are_named_whole_for_a_process_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DATA_DIR", "here")
    monkeypatch.setenv("FER_DATA_ROOTS", os.pathsep.join(("a", "b")))
    settings.cache_clear()
    told = our_environment()
    assert told["FER_DATA_DIR"] == str(Path("here").resolve())
    assert told["FER_DATA_ROOTS"] == os.pathsep.join(str(Path(p).resolve()) for p in "ab")
    settings.cache_clear()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first word is a program of Python, which is what runs."""
    monkeypatch.setattr(processes, "our_command", lambda args: [sys.executable, "-c", args[0]])


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize(
    ("program", "code", "output", "sentence"),
    [
        ("print('done')", 0, "done\n", ""),
        (
            "import sys; print('no\\n\\nThat is wrong.\\n', file=sys.stderr); sys.exit(2)",
            2,
            "",
            "x",
        ),
        ("raise ValueError('a fault of ours')", 1, "", ""),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", 0, "\ufffd", ""),
    ],
)
def test_how_a_command_ended(program: str, code: int, output: str, sentence: str) -> None:
    ended = start([program], timeout_s=60)
    assert (ended.code, ended.output) == (code, output)
    assert ended.sentence == ("That is wrong." if sentence else "")


@pytest.mark.usefixtures("script")
def test_a_command_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError, match="took over 0 s"):
        start(["import time; time.sleep(60)"], timeout_s=0.2)


@pytest.mark.usefixtures("script")
def test_what_is_spawned_has_a_session_and_a_log_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def note(*args: object, **kwargs: object) -> "subprocess.Popen[bytes]":
        begun.append(real(*args, **kwargs))  # type: ignore[call-overload]
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", note)
    log = tmp_path / "log"
    log.write_text("before\n")
    spawn(["import os; print(os.getsid(0) == os.getpid())"], log)
    begun[0].wait(60)
    assert log.read_text() == "before\nTrue\n"
