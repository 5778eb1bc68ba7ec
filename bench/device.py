"""``bench device``: the same clip through Python and through Chromium, frame by frame.

The clip is encoded once and decoded once, here; both sides get the same planes of the same frames,
Chromium's as ``VideoFrame`` objects handed to the very worker that serves visitors. What a face's
probabilities then differ by is what the browser's stages and its networks differ by.
"""

import asyncio
import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from bench.clip import write_clip
from bench.visits import browser_tools
from fer_core.app.device.assets import BUILD, FRONTEND
from fer_core.device import device_numbers, network_files
from fer_core.errors import ConfigError
from fer_core.imaging.frame import VideoFrame
from fer_core.pipeline import build_pipeline
from fer_core.tracking.matching import iou
from fer_core.types import FrameResult

FPS: Final = 15
#: A face of one side is the other's from this overlap on.
MIN_IOU: Final = 0.9
#: A label is a matter of taste where the two best are closer than this.
MIN_MARGIN: Final = 0.1
WAIT_MS: Final = 300_000


@dataclass(frozen=True, slots=True)
class Clip:
    """Decoded frames: yuv420p planes as bytes, and times in seconds."""

    width: int
    height: int
    times_s: list[float]
    planes: list[bytes]


def read_clip(path: Path) -> Clip:
    """All frames of a video as yuv420p.

    Raises:
        ConfigError: there is none.
    """
    times, planes, size = [], [], (0, 0)
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            usual = frame.reformat(format="yuv420p")
            size = usual.width // 2 * 2, usual.height // 2 * 2
            times.append(float(frame.time or 0.0))
            planes.append(np.ascontiguousarray(usual.to_ndarray()).tobytes())
    if not planes:
        raise ConfigError(f"The video has no frame. Received: {path}.")
    return Clip(*size, times, planes)


@dataclass(frozen=True, slots=True)
class ClipSettings:
    """Names of model, detector and filter."""

    model: str = "default"
    detector: str = "short"
    steady: str = "plain"


def run_python(clip: Clip, choice: ClipSettings) -> tuple[list[FrameResult], list[float]]:
    """Results of the pipeline, and the milliseconds of each."""
    pipeline = build_pipeline(choice.model, choice.detector, steady=choice.steady)
    pipeline.warm_up()
    results = []
    for time_s, planes in zip(clip.times_s, clip.planes, strict=True):
        array = np.frombuffer(planes, np.uint8).reshape(clip.height * 3 // 2, clip.width)
        frame = av.VideoFrame.from_ndarray(array, format="yuv420p")
        results.append(pipeline.process(VideoFrame(frame, time_s)))
    return results, [result.total_ms for result in results]


class _Handler(SimpleHTTPRequestHandler):
    """The page, the browser's code, the networks and the frames; on loopback only."""

    def __init__(self, *args: Any, files: dict[str, tuple[str, bytes]], **kwargs: Any) -> None:
        self._files = files
        super().__init__(*args, directory=str(FRONTEND), **kwargs)

    def log_message(self, *_: object) -> None:
        """Nothing: the report is what is printed."""

    def do_GET(self) -> None:
        path = self.path.lstrip("/").partition("?")[0]
        if path.startswith("code/"):
            self.path = self.path.removeprefix("/code")
            super().do_GET()
            return
        kind, content = self._files.get(path, ("", b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def _served(clip: Clip, choice: ClipSettings) -> Iterator[str]:
    networks = network_files(choice.model, choice.detector)
    setup = {
        "numbers": device_numbers(choice.model, choice.detector, choice.steady),
        "build": BUILD,
        "networks": {name: f"networks/{name}" for name in networks},
        "times": clip.times_s,
        "width": clip.width,
        "height": clip.height,
    }
    raw = "application/octet-stream"
    files = {
        "": ("text/html", Path(__file__).with_name("device.html").read_bytes()),
        "setup.json": ("application/json", json.dumps(setup).encode()),
        **{f"networks/{name}": (raw, one.content) for name, one in networks.items()},
        **{f"frame/{index}": (raw, planes) for index, planes in enumerate(clip.planes)},
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, files=files))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


async def run_chromium(clip: Clip, choice: ClipSettings) -> dict[str, Any]:
    """``load_ms``, and for each frame its faces and milliseconds.

    Raises:
        ConfigError: the browser could not do it, with what it said.
    """
    chromium, camera_args, _ = browser_tools()
    from playwright.async_api import async_playwright

    args = camera_args(None)
    with _served(clip, choice) as address:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=args)
            page = await browser.new_page()
            await page.goto(address)
            await page.wait_for_function("window.done || window.failed", timeout=WAIT_MS)
            failed = await page.evaluate("window.failed")
            done: dict[str, Any] | None = await page.evaluate("window.done")
            await browser.close()
    if done is None:
        raise ConfigError(f"The browser could not analyse the clip: {failed}.")
    return done


def compare(here: list[FrameResult], there: list[dict[str, Any]]) -> dict[str, Any]:
    """What both found, side by side.

    Args:
        here: Python's results.
        there: the browser's faces, frame by frame.
    """
    matched, differences, agreed, same_ids = 0, [], [], []
    for mine, theirs in zip(here, there, strict=True):
        faces = theirs["faces"]
        pairs = _pairs(mine.faces.boxes, np.array([one["box"] for one in faces], np.float64))
        matched += len(pairs) == len(mine.faces) == len(faces)
        for row, column in pairs:
            other = faces[column]
            smoothed = np.asarray(mine.smoothed[row], np.float64)
            differences.append(float(np.abs(mine.probs[row] - other["probs"]).max()))
            same_ids.append(int(mine.faces.track_ids[row]) == other["id"])
            first, second = np.sort(smoothed)[::-1][:2]
            if first - second >= MIN_MARGIN:
                agreed.append(mine.labels[row] == other["label"])
    return {
        "frames": len(here),
        "faces": len(differences),
        "matched": round(matched / len(here), 4),
        "prob_diff_median": _rounded(np.median(differences)) if differences else None,
        "prob_diff_p99": _rounded(np.percentile(differences, 99)) if differences else None,
        "label_agreement": round(float(np.mean(agreed)), 4) if agreed else None,
        "ids_equal": round(float(np.mean(same_ids)), 4) if same_ids else None,
    }


def _rounded(value: Any) -> float:
    return round(float(value), 5)


def _pairs(mine: NDArray[np.float32], theirs: NDArray[np.float64]) -> list[tuple[int, int]]:
    if not len(mine) or not len(theirs):
        return []
    overlaps = iou(mine.astype(np.float64), theirs)
    best = overlaps.argmax(axis=1)
    return [
        (row, int(column)) for row, column in enumerate(best) if overlaps[row, column] >= MIN_IOU
    ]


def run_device_bench(
    seconds: float = 8.0, video: Path | None = None, choice: ClipSettings = ClipSettings()
) -> dict[str, Any]:
    """Measure; one dictionary of plain values, as ``--json`` prints it.

    Args:
        seconds: length of the clip of the portrait that moves.
        video: another clip.
        choice: what analyses it, on both sides.

    Raises:
        ConfigError: there is no Chromium, or it could not do it.
    """
    with tempfile.TemporaryDirectory() as folder:
        if video is None:
            video = Path(folder) / "clip.webm"
            write_clip(video, FPS, seconds)
        clip = read_clip(video)
    here, here_ms = run_python(clip, choice)
    there = asyncio.run(run_chromium(clip, choice))
    frames = there["frames"]
    wall_ms = [one["wall_ms"] for one in frames]
    return {
        **compare(here, frames),
        "analysis_ms_median": round(statistics.median(one["analysis_ms"] for one in frames), 2),
        "fps": round(1000 / statistics.fmean(wall_ms), 1),
        "load_ms": round(there["load_ms"], 1),
        "stages_ms": {
            name: round(statistics.median(one["stages_ms"][name] for one in frames), 2)
            for name in frames[0]["stages_ms"]
        },
        "python_ms_median": round(statistics.median(here_ms), 2),
    }


def main(
    seconds: float = 8.0,
    video: Path | None = None,
    *,
    as_json: bool = False,
    **choice: str,
) -> None:
    """Measure with ``run_device_bench`` and print; ``choice`` as ``ClipSettings`` has it."""
    report = run_device_bench(seconds, video, ClipSettings(**choice))
    if as_json:
        print(json.dumps(report))
        return
    print(
        f"{report['frames']} frames through Python and through Chromium, {report['faces']} faces:"
    )
    print(f"  the same faces (IoU {MIN_IOU}) in {report['matched']:.1%} of the frames; aim 99 %")
    print(
        f"  largest difference of a probability: median {report['prob_diff_median']}, "
        f"99 % below {report['prob_diff_p99']}; aims 0.01 and 0.05"
    )
    print(f"  same label where the margin is {MIN_MARGIN}: {report['label_agreement']}; aim 1")
    print(f"  same ids: {report['ids_equal']}; aim 1")
    print(
        f"  analysis: median {report['analysis_ms_median']} ms (Python {report['python_ms_median']}"
        f" ms), {report['fps']} a second, loaded in {report['load_ms']:.0f} ms; aims 20 ms and 15"
    )
