"""Worker: Mien's live pipeline, mesh, tracking and smoothing included."""

from typing import Any

import av
import cv2
import numpy as np

from bench.worker import Step, serve
from fer_core.imaging.frame import VideoFrame
from fer_core.pipeline import build_pipeline

FPS = 30


def make_step(frames: np.ndarray, args: list[str]) -> Step:
    """Frames arrive as a WebRTC stream gives them: YUV 4:2:0, 30 a second."""
    cv2.setNumThreads(1)
    model, detector = args
    pipeline = build_pipeline(model, detector)
    pipeline.warm_up()
    decoded = [
        av.VideoFrame.from_ndarray(np.asarray(bgr), "bgr24").reformat(format="yuv420p")
        for bgr in frames
    ]

    def step(index: int) -> dict[str, Any]:
        result = pipeline.process(VideoFrame(decoded[index], index / FPS))
        return {"faces": len(result.faces), "stages": dict(result.stages_ms)}

    return step


if __name__ == "__main__":
    serve(make_step)
