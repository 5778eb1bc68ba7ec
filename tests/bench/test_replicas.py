"""What is refused, and the processor time of a process; the visits themselves need a browser."""

import os

import pytest

from bench import replicas
from fer_core.errors import ConfigError


@pytest.mark.parametrize("counts", [[], [0], [1, 5]])
def test_impossible_counts(counts: list[int]) -> None:
    with pytest.raises(ConfigError, match="Replicas are 1 to 4"):
        replicas.main(counts, 1, as_json=True)


def test_without_nginx_there_is_one_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("pathlib.Path.exists", lambda self: False)
    with pytest.raises(ConfigError, match="need nginx"):
        replicas.main([1, 2], 1, as_json=True)


def test_processor_time_of_this_process() -> None:
    before = replicas.cpu_s(os.getpid())
    assert 0 < before < sum(os.times()[:2]) + 0.1
    assert replicas.cpu_s(2**30) == 0.0
