"""``bench device --visitors``: many devices that send what they measured to one server.

Each has a connection and a cookie of its own and posts a second once a second, over HTTP/1.1 kept
alive; one in a hundred is cut off for ten seconds now and then and sends what waited at once. What
was sent is summed here and compared with what the server's database holds.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.live import run_live_bench
from bench.visitors_server import CLASS
from fer_core.config import PROJECT_ROOT
from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS

READY_S: Final = 300.0
#: One in so many devices loses its network, for so long, from so many seconds on.
CUT_ONE_IN, CUT_FOR_S, CUT_FROM_S = 100, 10, 20
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Sent:
    """What all devices sent, and what they were told."""

    samples: Counter[str] = field(default_factory=Counter)
    happy: dict[str, float] = field(default_factory=dict)
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    answers_ms: list[float] = field(default_factory=list)


def make_second(number: int, seq: int) -> dict[str, Any]:
    """A device's second: always the same for the same device and number."""
    weights = 1.0 + (np.arange(len(EMOTIONS)) * 7 + number * 13 + seq * 5) % 11
    probs = np.round(weights / weights.sum(), 5)
    sway = 0.03 * (seq % 2)  # a still picture would not count in its class
    face = {
        "id": 1,
        "box": [0.3 + sway, 0.2, 0.6 + sway, 0.7],
        "probs": probs.tolist(),
        "valid_s": 1.0,
        "facing": 1.0,
        "eyes_open": 1.0,
        "concentration": 0.5,
    }
    return {"t_s": seq, "seq": seq, "faces": [face]}


async def run_device(
    number: int, visitor: dict[str, Any], port: int, begins: float, seconds: int, sent: Sent
) -> None:
    """One device, for so many seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    is_cut = number % CUT_ONE_IN == 0
    waiting: list[dict[str, Any]] = []
    person = str(visitor["person"])
    for seq in range(seconds):
        due = begins + seq
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        second = make_second(number, seq)
        probs = np.asarray(second["faces"][0]["probs"])
        sent.samples[person] += 1
        happy = float(np.float32(probs[EMOTIONS.index("happy")] / probs.sum()))
        sent.happy[person] = sent.happy.get(person, 0.0) + happy
        waiting.append(second)
        if is_cut and CUT_FROM_S <= seq < CUT_FROM_S + CUT_FOR_S and seq < seconds - 1:
            continue
        started = time.perf_counter()
        if reader.at_eof():  # who was silent for seconds is cut off; browsers connect anew
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        status, answer = await _post(reader, writer, port, visitor, waiting)
        sent.answers_ms.append(1000 * (time.perf_counter() - started))
        if status != 200:
            sent.failed += 1
            continue
        sent.accepted += answer["accepted"]
        sent.refused.update(answer["reasons"])
        waiting = [one for one in waiting if one["seq"] > answer["last_seq"]]
    writer.close()


async def _post(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    port: int,
    visitor: dict[str, Any],
    samples: list[dict[str, Any]],
) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"token": visitor["token"], "samples": samples}).encode()
    head = (
        f"POST /api/samples HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Origin: http://127.0.0.1:{port}\r\nCookie: _streamlit_xsrf={visitor['cookie']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    status_line, *headers = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    length = next(
        int(line.split(":")[1]) for line in headers if line.lower().startswith("content-length")
    )
    return int(status_line.split()[1]), json.loads(await reader.readexactly(length))


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def _run_all(
    visitors: list[dict[str, Any]], port: int, pid: int, seconds: int
) -> tuple[Sent, float, float]:
    sent, begins = Sent(), time.monotonic() + 2.0
    # Spread over the second, as devices that know nothing of each other are.
    tasks = [
        run_device(number, one, port, begins + number / len(visitors), seconds, sent)
        for number, one in enumerate(visitors)
    ]
    before_s, wall_s = cpu_s(pid), time.monotonic()
    await asyncio.gather(*tasks)
    return sent, cpu_s(pid) - before_s, time.monotonic() - wall_s


def compare_sums(sent: Sent, kept: dict[str, Any]) -> dict[str, Any]:
    """Whether the server holds what was sent, to the sample."""
    persons = kept["persons"]
    happy = sum(total for _, total in persons.values())
    return {
        "sent": sent.samples.total(),
        "stored": sum(count for count, _ in persons.values()),
        "lost": sum(max(0, n - persons.get(who, [0])[0]) for who, n in sent.samples.items()),
        "largest_sum_error": max(
            abs(total - persons.get(who, [0, 0.0])[1]) for who, total in sent.happy.items()
        ),
        "minutes_right": kept["minute_seconds"] == sent.samples.total()
        and abs(kept["minute_happy"] - happy) < 1e-6 * max(1.0, happy),
        "class_seconds": kept["class_seconds"],
        "dropped": kept["dropped"],
    }


def run_visitors_bench(count: int, seconds: int, *, with_stream: bool = True) -> dict[str, Any]:
    """Measure; plain values, as ``--json`` prints them.

    Raises:
        ConfigError: the server did not start.
    """
    from tests.e2e.browser import free_port

    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "FER_DATA_DIR": name}
        environment.pop("FER_DATABASE_URL", None)
        with (folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.visitors_server", str(count), str(port), name],
                cwd=PROJECT_ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            visitors = json.loads(_await_file(folder / "visitors.json", process, folder))
            _await_port(port, process, folder)
            sent, used_s, wall_s = asyncio.run(_run_all(visitors, port, process.pid, seconds))
            process.send_signal(signal.SIGUSR1)
            kept = json.loads(_await_file(folder / "sums.json", process, folder))
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    answers = np.asarray(sent.answers_ms)
    report = {
        "visitors": count,
        "seconds": seconds,
        "classes_of": CLASS,
        **compare_sums(sent, kept),
        "refused": dict(sent.refused),
        "failed": sent.failed,
        "answer_ms_median": round(float(np.median(answers)), 2),
        "answer_ms_p95": round(float(np.percentile(answers, 95)), 2),
        "server_cores": round(used_s / wall_s, 3),
        "device_cores_per_visitor": round(used_s / wall_s / count, 6),
    }
    if with_stream:
        row = run_live_bench((15,), blocks=2)["results"][0]
        report["stream_cores_per_visitor"] = row["analysis_cpu_s"]
    return report


def _await_file(path: Path, process: "subprocess.Popen[bytes]", folder: Path) -> str:
    deadline = time.monotonic() + READY_S
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            wrote = (folder / "serve.log").read_text("utf-8")[-1000:]
            raise ConfigError(f"The server did not get to {path.name}. It wrote: {wrote}")
        time.sleep(0.1)
    return path.read_text(encoding="utf-8")


def _await_port(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    import urllib.request

    deadline = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    wrote = (folder / "serve.log").read_text("utf-8")[-1000:]
    raise ConfigError(f"The server did not answer. It wrote: {wrote}")


def main(count: int, seconds: int, *, as_json: bool = False) -> None:
    """Measure with ``run_visitors_bench`` and print."""
    report = run_visitors_bench(count, seconds)
    if as_json:
        print(json.dumps(report))
        return
    print(f"{count} devices, a second of one face each second, {seconds} s, to one server:")
    print(
        f"  {report['sent']} seconds sent, {report['stored']} stored, {report['lost']} lost; "
        f"largest error of a person's sum {report['largest_sum_error']:.1e}; sums by the minute "
        f"{'right' if report['minutes_right'] else 'WRONG'}; "
        f"{report['class_seconds']} seconds of classes shown"
    )
    print(
        f"  an answer takes {report['answer_ms_median']} ms, 95 % below "
        f"{report['answer_ms_p95']} ms; aim 200 ms"
    )
    print(f"  the server uses {report['server_cores']} of a core; aim 1")
    print(
        f"  cores per visitor: {report['device_cores_per_visitor']:.5f} by samples, "
        f"{report['stream_cores_per_visitor']:.3f} by a stream of 15 frames a second"
    )
