"""Damaged copies of files, the same ones for the same seed."""

import os
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import psutil

#: Values at which parsers of sizes and offsets go wrong.
EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\1\0\0")
#: Bytes at the start in which formats keep their sizes.
HEADER = 96


def scaled(count: int) -> int:
    """The size of a soak run: ``count`` times FER_SOAK_SCALE (default 1)."""
    return max(1, round(count * float(os.environ.get("FER_SOAK_SCALE", "1"))))


def _overwrite(data: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(0, len(data), rng.integers(1, 20)):
        data[place] = rng.integers(256)
    return data


def _overwrite_run(data: bytearray, rng: np.random.Generator) -> bytearray:
    at, length = int(rng.integers(len(data))), int(rng.integers(1, 64))
    data[at : at + length] = rng.bytes(len(data[at : at + length]))
    return data


def _damage_header(data: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(0, min(HEADER, len(data)), rng.integers(1, 5)):
        data[place] = rng.integers(256)
    return data


def _make_extreme(data: bytearray, rng: np.random.Generator) -> bytearray:
    at = int(rng.integers(min(len(data), 4 * HEADER)))
    data[at : at + 4] = EXTREMES[rng.integers(len(EXTREMES))]
    return data


def _truncate(data: bytearray, rng: np.random.Generator) -> bytearray:
    return data[: rng.integers(len(data))]


def _remove(data: bytearray, rng: np.random.Generator) -> bytearray:
    at = int(rng.integers(len(data)))
    del data[at : at + int(rng.integers(1, 200))]
    return data


def _insert(data: bytearray, rng: np.random.Generator) -> bytearray:
    at = int(rng.integers(len(data)))
    data[at:at] = rng.bytes(int(rng.integers(1, 200)))
    return data


def _repeat(data: bytearray, rng: np.random.Generator) -> bytearray:
    start, at = (int(place) for place in rng.integers(0, len(data), 2))
    data[at:at] = data[start : start + int(rng.integers(1, 2000))]
    return data


KINDS: tuple[Callable[[bytearray, np.random.Generator], bytearray], ...] = (
    _overwrite,
    _overwrite_run,
    _damage_header,
    _make_extreme,
    _truncate,
    _remove,
    _insert,
    _repeat,
)


def _seal_png(data: bytearray) -> bytearray:
    """Checksums that fit again, so that damage gets past them."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            break
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return data


def mutants(
    originals: Mapping[str, bytes], count: int, seed: int = 0
) -> Iterator[tuple[str, bytes]]:
    """``count`` damaged copies of the originals in turn: a name to find each again, the bytes."""
    names = sorted(originals)
    for number in range(count):
        name = names[number % len(names)]
        rng = np.random.default_rng([seed, number])
        data = bytearray(originals[name])
        for kind in rng.choice(len(KINDS), rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1])):
            data = KINDS[kind](data, rng) or bytearray(b"\0")
        if data.startswith(b"\x89PNG\r\n\x1a\n") and rng.random() < 0.7:
            data = _seal_png(data)
        yield f"{name} #{number}", bytes(data)


@dataclass
class Watch:
    """Time of each step, and growth of this process's memory after the first ``warm_up`` steps."""

    warm_up: int
    slowest: tuple[float, str] = (0.0, "none")
    steps: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    _before: int = 0

    def step(self, name: str, work: Callable[[], str]) -> None:
        """Run one step; ``work`` says how it ended."""
        if self.steps == self.warm_up:
            self._before = psutil.Process().memory_info().rss
        begun_s = time.perf_counter()
        try:
            outcome = work()
        except Exception as error:
            raise AssertionError(f"{name} raised {error!r}") from error
        self.slowest = max(self.slowest, (time.perf_counter() - begun_s, name))
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.steps += 1

    @property
    def growth_mb(self) -> float:
        """Resident memory now, less that after warm-up."""
        return (psutil.Process().memory_info().rss - self._before) / 2**20

    def report(self) -> str:
        """One line of figures."""
        seconds, name = self.slowest
        return (
            f"{self.steps} steps, {self.outcomes}, memory +{self.growth_mb:.1f} MB, "
            f"slowest {seconds:.2f} s ({name})"
        )
