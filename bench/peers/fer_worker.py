"""Worker for the environment of PyPI ``fer``: Haar and its quantised LiteRT network, its defaults.

Runs under ``bench/peers/requirements.txt``; nothing of ``fer_core`` is imported.
"""

from typing import Any

import cv2
import numpy as np
import tensorflow as tf

from bench.worker import Step, serve


def make_step(frames: np.ndarray, args: list[str]) -> Step:
    """Frames arrive as ``cv2.VideoCapture`` gives them: BGR."""
    del args  # the package's own defaults are what is measured
    cv2.setNumThreads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from fer.fer import FER

    detector = FER()

    def step(index: int) -> dict[str, Any]:
        found = detector.detect_emotions(np.array(frames[index]))
        return {"faces": len(found)}

    return step


if __name__ == "__main__":
    serve(make_step)
