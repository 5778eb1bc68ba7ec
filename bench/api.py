"""The HTTP API against a plain loop of ``analyze``, in one run: pictures a second, and memory.

A server as ``serve`` starts it, on loopback; several programs send the portrait again and again.
The loop is what somebody writes without a server: one pipeline, one picture after the other. Both
decode the same file and give the same numbers.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from fer_core.config import PROJECT_ROOT

PORTRAIT = PROJECT_ROOT / "fer_core/assets/astronaut.png"

_LOOP = """
import sys, time, psutil
import cv2
cv2.setNumThreads(1)
import fer_core as fer
from fer_core.pipeline import build_pipeline
data, count = open(sys.argv[1], "rb").read(), int(sys.argv[2])
pipeline = build_pipeline(live=False, small_faces=True)
fer.analyze(data, pipeline=pipeline)
begun = time.perf_counter()
for _ in range(count):
    fer.analyze(data, pipeline=pipeline)
took = time.perf_counter() - begun
print(count / took, psutil.Process().memory_info().rss / 2**20)
"""


def measure_loop(count: int) -> tuple[float, float]:
    """(pictures a second, resident MiB) of the plain loop, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _LOOP, str(PORTRAIT), str(count)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    rate, memory = done.stdout.split()
    return float(rate), float(memory)


def _send(url: str, key: str, data: bytes, count: int, took: list[float]) -> None:
    import httpx

    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(headers=headers, timeout=120, trust_env=False) as client:
        for _ in range(count):
            begun = time.perf_counter()
            client.post(url, content=data).raise_for_status()
            took.append(time.perf_counter() - begun)


def run_api_bench(count: int = 200, clients: int = 2) -> dict[str, Any]:
    """The report; needs the tests' tools (psutil)."""
    import psutil

    from tests.e2e.browser import free_port
    from tests.processes import start

    port, data = free_port(), PORTRAIT.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        key = _make_key(Path(folder))
        with start(
            *("-m", "fer_core", "serve", "--port", str(port)), data_dir=Path(folder)
        ) as server:
            server.wait_for_line("Mien is ready")
            before = server.memory_mb()
            url = f"http://127.0.0.1:{port}/api/v1/predict"
            _send(url, key, data, 4 * clients, [])
            loops, rates, took = [], [], []
            for _ in range(3):  # in turns, so that what else runs here meets both
                loops.append(measure_loop(count // 3))
                begun, gone = time.perf_counter(), []
                each = count // 3 // clients
                threads = [
                    threading.Thread(target=_send, args=(url, key, data, each, gone))
                    for _ in range(clients)
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                rates.append(len(gone) / (time.perf_counter() - begun))
                took += gone
            workers = [
                one.memory_info().rss / 2**20
                for one in psutil.Process(server.process.pid).children(recursive=True)
            ]
            after = server.memory_mb()
    return {
        "loop_pictures_per_s": statistics.median(rate for rate, _ in loops),
        "loop_mib": max(memory for _, memory in loops),
        "api_pictures_per_s": statistics.median(rates),
        "api_ms_median": 1000 * statistics.median(took),
        "workers": len(workers),
        "workers_mib": sum(workers),
        "server_added_mib": after - before,
        "clients": clients,
    }


def _make_key(folder: Path) -> str:
    from fer_core.access.api_keys import make_api_key
    from fer_core.config import load_settings
    from fer_core.storage import Database, Store
    from fer_core.storage.database import database_url

    store = Store(Database(database_url(load_settings(data_dir=folder))))
    with store.write() as session:
        made = make_api_key(session, label="bench", now_s=store.now_s(), number=1, per_minute=6000)
    store.close()
    return made.token


def main(count: int = 200, clients: int = 2, *, as_json: bool = False) -> None:
    """Measure and print."""
    report = run_api_bench(count, clients)
    if as_json:
        print(json.dumps(report))
        return
    ratio = report["api_pictures_per_s"] / report["loop_pictures_per_s"]
    print(
        f"plain loop   {report['loop_pictures_per_s']:6.1f} pictures/s, "
        f"{report['loop_mib']:.0f} MiB\n"
        f"HTTP API     {report['api_pictures_per_s']:6.1f} pictures/s ({ratio:.2f} times), "
        f"{report['clients']} clients, {report['api_ms_median']:.0f} ms a picture (median); "
        f"{report['workers']} worker(s) with {report['workers_mib']:.0f} MiB, the server "
        f"{report['server_added_mib'] - report['workers_mib']:+.0f} MiB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.api", description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    main(arguments.count, arguments.clients, as_json=arguments.json)
