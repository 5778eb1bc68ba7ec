"""Worker: Mien's live pipeline, mesh, tracking and smoothing included."""

from time import perf_counter, process_time
from typing import Any

import av
import cv2
import numpy as np

from bench.worker import Step, serve
from fer_core.imaging.frame import VideoFrame
from fer_core.pipeline import FacePipeline, build_pipeline

FPS = 30


class Invokes:
    """What the networks of a pipeline take by themselves, within the frames that are measured.

    Attributes:
        ms, cpu_ms: of all since ``clear``.
    """

    def __init__(self, pipeline: FacePipeline) -> None:
        self.clear()
        owners = (pipeline.detector, pipeline.mesh, pipeline.classifier)
        for owner in owners:
            for name in ("_net", "_interpreter"):
                if (network := getattr(owner, name, None)) is not None:
                    network.invoke = self._timed(network.invoke)

    def clear(self) -> None:
        """Begin a frame."""
        self.ms = self.cpu_ms = 0.0

    def _timed(self, invoke: Any) -> Any:
        def timed() -> None:
            start, cpu_start = perf_counter(), process_time()
            invoke()
            self.ms += (perf_counter() - start) * 1000
            self.cpu_ms += (process_time() - cpu_start) * 1000

        return timed


def make_step(frames: np.ndarray, args: list[str]) -> Step:
    """Frames arrive as a WebRTC stream gives them: YUV 4:2:0, 30 a second."""
    cv2.setNumThreads(1)
    model, detector = args
    pipeline = build_pipeline(model, detector)
    pipeline.warm_up()
    invokes = Invokes(pipeline)
    decoded = [
        av.VideoFrame.from_ndarray(np.asarray(bgr), "bgr24").reformat(format="yuv420p")
        for bgr in frames
    ]

    def step(index: int) -> dict[str, Any]:
        invokes.clear()
        result = pipeline.process(VideoFrame(decoded[index], index / FPS))
        return {
            "faces": len(result.faces),
            "stages": dict(result.stages_ms),
            "invokes_ms": invokes.ms,
            "invokes_cpu_ms": invokes.cpu_ms,
        }

    return step


if __name__ == "__main__":
    serve(make_step)
