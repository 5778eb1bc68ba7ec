"""Worker: the pipeline of the usual tutorials. Haar on the full frame, then ``Model.predict``."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tensorflow as tf

from bench.worker import Step, serve
from fer_core.classification import read_spec
from fer_core.zoo import load_network


def make_step(frames: np.ndarray, args: list[str]) -> Step:
    """Frames arrive as ``cv2.VideoCapture`` gives them: BGR."""
    cv2.setNumThreads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    path = Path(args[0])
    model = load_network(path, read_spec(path.parent).architecture)
    size = model.input_shape[1]
    cascade = cv2.CascadeClassifier(
        cv2.data.haarcascades + "haarcascade_frontalface_default.xml"  # type: ignore[attr-defined]
    )

    def step(index: int) -> dict[str, Any]:
        gray = cv2.cvtColor(frames[index], cv2.COLOR_BGR2GRAY)
        boxes = cascade.detectMultiScale(gray, scaleFactor=1.1, minNeighbors=5, minSize=(30, 30))
        for x, y, w, h in boxes:
            crop = cv2.resize(gray[y : y + h, x : x + w], (size, size))
            image = crop.astype(np.float32)[None, :, :, None] / 255
            model.predict(image, verbose=0)
        return {"faces": len(boxes)}

    return step


if __name__ == "__main__":
    serve(make_step)
