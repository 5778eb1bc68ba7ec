"""A real Chromium with a fake camera, and the app in a process of its own."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.processes import start

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "fer_core" / "assets" / "astronaut.png"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SERVE = "import runpy; runpy.run_module('fer_core', run_name='__main__', alter_sys=True)"


def find_chromium() -> str:
    """Path of Chromium; skips the test where there is none, fails it where one is required."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    line = "Chromium is absent: install it (on Debian: apt-get install chromium) for these tests."
    if os.environ.get("FER_REQUIRE_BROWSER") == "1":
        pytest.fail(line)
    pytest.skip(line)


def camera_args(video: Path | None, *, allow: bool = True) -> list[str]:
    """Arguments that give Chromium a camera which plays a file, or no camera at all."""
    args = list(CHROMIUM_ARGS)
    if video is not None:
        args += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={video}"]
    if allow:
        args.append("--use-fake-ui-for-media-stream")
    return args


def write_camera_video(path: Path, *, with_face: bool, seconds: float = 4.0) -> Path:
    """A loop of 640x480 at 30 fps as motion JPEG: the portrait, swaying, or an empty wall."""
    count = round(30 * seconds)
    portrait = cv2.imread(str(PORTRAIT), cv2.IMREAD_COLOR)
    assert portrait is not None
    portrait = cv2.resize(portrait, (480, 480), interpolation=cv2.INTER_AREA)
    wall = np.linspace(70, 130, 640, dtype=np.uint8)[None, :, None].repeat(480, 0).repeat(3, 2)
    with path.open("wb") as file:
        for index in range(count):
            frame = wall.copy()
            phase = 2 * np.pi * index / count
            if with_face:
                left = 80 + round(60 * np.sin(phase))
                frame[:, left : left + 480] = portrait
            else:  # something moves, so that the encoder has work, but it is no face
                left = 300 + round(200 * np.sin(phase))
                frame[400:440, left : left + 40] = 200
            done, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 88])
            assert done
            file.write(jpeg.tobytes())
    return path


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def run_app(data_dir: Path, *, before: str = "", **env: str) -> Iterator[str]:
    """The app as `make run` starts it, on a free loopback port; its address.

    Args:
        data_dir: its FER_DATA_DIR.
        before: Python that its process runs first, to take a part of it out.
        env: further settings.
    """
    port = free_port()
    way = ("-c", f"{before}\n{_SERVE}") if before else ("-m", "fer_core")
    with start(*way, "serve", "--port", str(port), data_dir=data_dir, **env) as app:
        app.wait_for_line("Mien is ready")
        yield f"http://127.0.0.1:{port}"
