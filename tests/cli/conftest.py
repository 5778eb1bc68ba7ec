"""A pipeline that finds what a test wants, and files of every bad kind."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fer_core.imaging.frame import Frame
from fer_core.labels import NUM_EMOTIONS
from fer_core.types import Faces, FrameResult
from tests.run_files import data_dir, make_run, recipe, spawned

__all__ = ["data_dir", "make_run", "recipe", "spawned"]


class StubPipeline:
    """Reports the given boxes in every picture, all of them happy."""

    def __init__(self, boxes: list[list[float]]) -> None:
        self.boxes = boxes
        self.options: dict[str, Any] = {}

    def build(self, *args: Any, **options: Any) -> "StubPipeline":
        self.options = {"args": args} | options
        return self

    def process(self, frame: Frame) -> FrameResult:
        n = len(self.boxes)
        probs = np.tile(np.eye(NUM_EMOTIONS, dtype=np.float32)[3], (n, 1))
        faces = Faces(np.reshape(np.array(self.boxes, np.float32), (n, 4)), np.full(n, 0.75))
        return FrameResult(
            0.0, frame.width, frame.height, faces, probs, probs, ("happy",) * n, {"detect": 1.0}
        )


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> StubPipeline:
    """The pipeline that ``predict`` gets; a test may change its boxes."""
    stub = StubPipeline([[-5, 2, 700, 30]])
    monkeypatch.setattr("fer_core.pipeline.build_pipeline", stub.build)
    return stub


def png(width: int = 40, height: int = 30, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "gray").save(buffer, "PNG", **options)
    return buffer.getvalue()


def truncated_jpeg() -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()[:1500]


def huge_header() -> bytes:
    """A valid BMP header of 20,000 x 20,000 pixels without the pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "BMP")
    data = bytearray(buffer.getvalue())
    data[18:26] = (20_000).to_bytes(4, "little") * 2
    return bytes(data)


#: name of a file that cannot be read -> (its content, words of the sentence)
UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.jpg": (lambda: b"", "is empty (0 bytes)"),
    "text.jpg": (lambda: b"Dear diary,\nit rained.\n", "cannot be read as a picture"),
    "truncated.jpg": (truncated_jpeg, "is a damaged JPEG picture"),
    "huge.bmp": (huge_header, "is too large: 400,000,000 pixels"),
    "drawing.eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "cannot be read as a picture"),
}


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a good picture and every unreadable one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.png").write_bytes(png())
    for name, (make, _) in UNREADABLE.items():
        (tmp_path / name).write_bytes(make())
    return tmp_path
