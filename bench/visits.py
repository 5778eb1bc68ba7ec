"""``bench visits``: from the press on Start to the first label, by fresh browsers with a camera.

The app runs as users run it (``serve``), in a process of its own; each visit is a new Chromium that
opens the live page, presses Start once and waits for its picture and a label. Half of the visits
come one after the other, half in fours. A press that changes nothing for ``LOST_AFTER_S`` is lost;
the visit goes on, since the page itself tells of the press again.
"""

import asyncio
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.config import PROJECT_ROOT
from fer_core.errors import ConfigError

LOST_AFTER_S = 10.0
#: A visit without a picture by then has failed.
GIVE_UP_S = 60.0
CROWD = 4
READY_S = 90.0


@dataclass(frozen=True, slots=True)
class VisitOutcome:
    """One visit.

    Attributes:
        seconds: from the first press on Start to picture and label; None where they never came.
        lost_presses: presses that changed nothing.
        script_runs: runs of the page's script in between, whole ones and parts.
        problem: what stood on the page where nothing came.
    """

    seconds: float | None
    lost_presses: int = 0
    script_runs: int = 0
    problem: str = ""


def summarise(outcomes: Sequence[VisitOutcome]) -> dict[str, Any]:
    """The figures of all visits; seconds are None where none succeeded."""
    taken = sorted(one.seconds for one in outcomes if one.seconds is not None)
    runs = [one.script_runs for one in outcomes if one.seconds is not None]
    return {
        "visits": len(outcomes),
        "failed": sum(one.seconds is None for one in outcomes),
        "lost_presses": sum(one.lost_presses for one in outcomes),
        "median_s": round(statistics.median(taken), 2) if taken else None,
        "p95_s": round(float(np.percentile(taken, 95)), 2) if taken else None,
        "worst_s": round(taken[-1], 2) if taken else None,
        "script_runs": round(statistics.fmean(runs), 1) if runs else None,
    }


def plan(visits: int) -> list[int]:
    """How many come at once: half of them alone, the others in fours, what is left together."""
    alone = visits - visits // 2
    fours, rest = divmod(visits // 2, CROWD)
    return [1] * alone + [CROWD] * fours + ([rest] if rest else [])


# --- the app -------------------------------------------------------------------------------------


@contextmanager
def serve(folder: Path) -> Iterator[tuple[str, int]]:
    """The app on a free port of loopback; gives its address and the id of its process."""
    from tests.e2e.browser import free_port

    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "FER_DATA_DIR": str(folder), "FER_MAX_STREAMS": str(2 * CROWD)}
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "fer_core", "serve", "--port", str(port)],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_served(address, process, folder / "serve.log")
        yield address, process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_served(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise ConfigError(f"The app did not start. It wrote: {log.read_text('utf-8')[-1000:]}")


def state_of(pid: int) -> dict[str, int | None]:
    """Threads and resident memory of a process; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return {"threads_end": None, "rss_mb_end": None}
    found = {
        name: value.split()[0]
        for name, _, value in (line.partition(":") for line in lines)
        if value.split()
    }
    return {"threads_end": int(found["Threads"]), "rss_mb_end": int(found["VmRSS"]) // 1024}


@contextmanager
def busy_cores(wanted: bool) -> Iterator[None]:
    """Keep every core busy meanwhile, by one process each."""
    cores = (os.cpu_count() or 1) if wanted else 0
    context = multiprocessing.get_context("spawn")
    burners = [context.Process(target=_burn, daemon=True) for _ in range(cores)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.terminate()
            burner.join()


def _burn() -> None:
    value = 1.0
    while True:
        value = (value * 1.0000001) % 1e9


# --- the visitors --------------------------------------------------------------------------------


async def visit(playwright: Any, chromium: str, args: list[str], address: str) -> VisitOutcome:
    """One visitor in a browser of their own."""
    browser = await playwright.chromium.launch(executable_path=chromium, args=args)
    try:
        page = await browser.new_page(viewport={"width": 1280, "height": 860})
        runs = RunCounter()
        page.on("websocket", lambda socket: socket.on("framereceived", runs.see))
        try:
            return await _press_and_wait(page, address, runs)
        except _timeouts() as error:
            return VisitOutcome(
                None, problem=f"the page did not load: {str(error).splitlines()[0]}"
            )
    finally:
        await browser.close()


async def _press_and_wait(page: Any, address: str, runs: "RunCounter") -> VisitOutcome:
    await page.goto(address, timeout=READY_S * 1000)
    start = page.locator(".st-key-start button:enabled")
    await start.wait_for(timeout=READY_S * 1000)
    face = page.locator(".panel .face").first
    video = page.frame_locator("iframe[title*='webrtc_streamer']").locator("video")
    runs.count, begun, lost = 0, time.perf_counter(), 0
    await start.click()
    while (now := time.perf_counter()) - begun < GIVE_UP_S:
        # The example's own face is on the page before the press: Stop tells that it counted.
        if await page.locator(".st-key-stop button").is_visible():
            if await face.is_visible() and await _plays(video):
                return VisitOutcome(time.perf_counter() - begun, lost, runs.count)
        elif now - begun > LOST_AFTER_S and await start.is_visible():
            lost = 1
        await asyncio.sleep(0.02)
    told = await page.locator("[data-testid='stAlert']").all_inner_texts()
    return VisitOutcome(None, lost, runs.count, " ".join(told) or "nothing was said")


async def _plays(video: Any) -> bool:
    return bool(await video.count()) and bool(await video.evaluate("v => v.currentTime > 0"))


class RunCounter:
    """Counts the runs of the page's script by what the browser is told of them."""

    def __init__(self) -> None:
        self.count = 0

    def see(self, payload: bytes | str) -> None:
        """Look at one message of the server."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        message = ForwardMsg()
        if isinstance(payload, bytes):
            message.ParseFromString(payload)
            self.count += message.HasField("new_session")


def _timeouts() -> type[Exception]:
    from playwright.async_api import Error

    return Error


async def visit_all(
    chromium: str, args: list[str], address: str, visits: int
) -> list[VisitOutcome]:
    """The outcomes of so many visits, after one that counts for nothing."""
    from playwright.async_api import async_playwright

    outcomes: list[VisitOutcome] = []
    async with async_playwright() as playwright:
        await visit(playwright, chromium, args, address)  # the models are loaded for the first one
        for size in plan(visits):
            some = await asyncio.gather(
                *(visit(playwright, chromium, args, address) for _ in range(size))
            )
            outcomes += some
            for one in some:
                if one.problem or one.lost_presses:
                    print(f"visit {len(outcomes)}: {one}", file=sys.stderr)
    return outcomes


def main(visits: int, *, load: bool, as_json: bool) -> None:
    """Measure and print.

    Raises:
        ConfigError: what drives the browsers is not installed, or the app does not start.
    """
    chromium, camera_args, write_camera_video = browser_tools()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        args = camera_args(write_camera_video(folder / "face.mjpeg", with_face=True))
        with serve(folder) as (address, pid), busy_cores(load):
            outcomes = asyncio.run(visit_all(chromium, args, address, visits))
            figures = {**summarise(outcomes), **state_of(pid)}
    print(json.dumps(figures) if as_json else _words(figures, load=load))


def browser_tools() -> tuple[str, Any, Any]:
    """Chromium, what its arguments are for a camera, and what makes the camera's picture.

    Raises:
        ConfigError: it is not installed, or what drives it.
    """
    try:
        import playwright.async_api  # noqa: F401

        from tests.e2e.browser import CHROMIUM_NAMES, camera_args, write_camera_video
    except ModuleNotFoundError as error:
        raise ConfigError(
            "This benchmark drives browsers by playwright, which is not installed: "
            "pip install -r requirements-dev.txt."
        ) from error
    import shutil

    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path, camera_args, write_camera_video
    raise ConfigError(
        "This benchmark needs Chromium, which is absent: install it (on Debian: "
        "apt-get install chromium)."
    )


def _words(figures: dict[str, Any], *, load: bool) -> str:
    how = "with every core kept busy" if load else "quiet"
    lines = [
        f"{figures['visits']} visits, {how}: {figures['failed']} without a picture, "
        f"{figures['lost_presses']} presses lost"
    ]
    if figures["median_s"] is not None:
        lines.append(
            f"from the press to picture and label: median {figures['median_s']:.2f} s, 95 % within "
            f"{figures['p95_s']:.2f} s, worst {figures['worst_s']:.2f} s; "
            f"{figures['script_runs']:.1f} runs of the script each"
        )
    if figures["threads_end"] is not None:
        lines.append(
            f"the server at the end: {figures['threads_end']} threads, {figures['rss_mb_end']} MB"
        )
    return "\n".join(lines)
