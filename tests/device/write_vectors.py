"""Write the stages' vectors: what Python's functions give, for the browser's modules to give too.

usage: .venv/bin/python -m tests.device.write_vectors

``vectors.json`` holds inputs and outputs of each stage. Python's own tests read it, so that it
cannot grow old, and so do node's tests of the browser's modules (``*.test.mjs``). Pictures are not
kept but computed on both sides: see ``picture.py``.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.classification import load_classifier, resolve_model_dir
from fer_core.classification.classifier import softmax
from fer_core.classification.preprocess import normalize
from fer_core.detection import anchors, nms
from fer_core.device import device_numbers
from fer_core.imaging.crop import align_faces, crop_squares
from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks.eyes import measure_eyes
from fer_core.landmarks.face_shape import RIGID_INDICES, RIGID_SHAPE
from fer_core.landmarks.pose import measure_pose, rotation_of
from fer_core.landmarks.region import region_of
from fer_core.tracking import Tracker
from fer_core.tracking.matching import assign
from fer_core.types import Faces
from tests.device.face_vectors import face_vectors, result_vectors, word_vectors
from tests.device.picture import picture
from tests.device.time_vectors import (
    blink_vectors,
    clock_vectors,
    second_vectors,
    smooth_vectors,
)

PATH = Path(__file__).with_name("vectors.json")
#: Where a number means "not a number" in the file: JSON has none.
NAN = "nan"
SHIPPED = ("mien", "mien_faces", "lenet", "fer2013_cnn", "dcnn5")
#: Of a probability that a network gives: its outputs are whole numbers, and processors that round
#: one of them otherwise are that far apart.
MODEL_TOLERANCE = 0.05
Json = Any


def plain(value: Json) -> Json:
    """Arrays as lists, numbers short, NaN by name."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (float, np.floating)):
        return NAN if not np.isfinite(value) else float(f"{float(value):.9g}")
    return value.item() if isinstance(value, np.generic) else value


def _detect() -> Json:
    rng = np.random.default_rng(1)
    layout = anchors.SHORT_RANGE
    centers = anchors.anchor_centers(layout)
    rows = np.sort(rng.choice(len(centers), 40, replace=False))
    raw = rng.normal(0, 4, (40, anchors.NUM_COORDS)).astype(np.float32)
    raw[:, 2:4] = rng.uniform(20, 60, (40, 2))
    logits = rng.normal(0, 2, 40).astype(np.float32)
    kept = logits >= 0
    boxes, keypoints = anchors.decode(raw[kept], centers[rows[kept]], layout.input_size)
    merged = nms.merge_weighted(boxes, anchors.sigmoid(logits[kept]), keypoints)
    kept_whole = nms.keep_whole(merged[0], merged[1])
    shown = [0, 1, 2, 511, 512, 600, 895]
    return {
        "centers": {"count": len(centers), "rows": shown, "values": centers[shown]},
        "raw": {"rows": rows, "logits": logits, "regressors": raw},
        "merged": {"boxes": merged[0], "scores": merged[1], "keypoints": merged[2]},
        "kept": [merged[1][row] for row in kept_whole],
    }


def _view() -> Json:
    """A colour view of a picture whose three channels are the same picture, turned."""
    luma = picture(160, 120)
    bgr = np.stack([luma, luma[::-1], luma[:, ::-1]], axis=2)
    frame = ArrayFrame(np.ascontiguousarray(bgr))
    small = frame.bgr(64)
    return {
        "size": [160, 120],
        "max_side": 64,
        "rgb": _packed(small[..., ::-1]),
        "luma": _packed(frame.luma()[50:54]),
    }


def _packed(values: NDArray[np.uint8]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def _track() -> Json:
    """Two faces that cross, one that goes for a while, and one without area."""
    frames = []
    tracker = Tracker(expiry_s=1.5)
    rng = np.random.default_rng(2)
    for index in range(45):
        time_s = round(index / 15 + (0.01 if index % 3 else 0), 3)
        boxes = []
        for start, speed in ((100.0, 150.0), (420.0, -150.0), (250.0, 0.0)):
            if start == 250.0 and 12 <= index < 24:
                continue
            x = start + speed * time_s + rng.normal(0, 2)
            y = 120 + (180 if start == 250.0 else 0) + rng.normal(0, 2)
            boxes.append([x, y, x + 90, y + 100])
        if index == 5:
            boxes.append([5, 5, 5, 20])
        faces = Faces(np.array(boxes, np.float32), np.ones(len(boxes), np.float32))
        frames.append(
            {
                "time_s": time_s,
                "boxes": faces.boxes,
                "ids": tracker.update(faces, time_s).track_ids,
            }
        )
    return frames


def _assign() -> Json:
    rng = np.random.default_rng(3)
    cases = []
    for shape in ((1, 1), (3, 3), (2, 5), (6, 4), (8, 8)):
        costs = rng.uniform(0, 3, shape)
        pairs = assign(costs, np.ones(shape, bool))
        cases.append({"costs": costs, "pairs": sorted(pairs)})
    return cases


def _mesh() -> Json:
    """Points of a turned face with some noise; only those that are looked at."""
    rng = np.random.default_rng(4)
    eyes = (33, 160, 158, 133, 153, 144, 263, 387, 385, 362, 380, 373)
    cases = []
    for angles in ((0, 0, 0), (20, -10, 5), (-35, 15, 30), (5, 25, -170)):
        mesh = np.zeros((468, 3), np.float32)
        turned = RIGID_SHAPE @ rotation_of(*angles).T * 80 + [320, 240, 0]
        mesh[RIGID_INDICES] = turned + rng.normal(0, 1, turned.shape)
        mesh[list(eyes)] += rng.uniform(0, 6, (12, 3)).astype(np.float32)
        used = sorted({*RIGID_INDICES.tolist(), *eyes})
        cases.append(
            {
                "points": {str(index): mesh[index] for index in used},
                "pose": measure_pose(mesh),
                "eyes": measure_eyes(mesh),
            }
        )
    regions = []
    for box, points in (
        ([100, 80, 200, 190], [[120, 110], [170, 120]]),
        ([100, 80, 200, 190], [[np.nan, np.nan], [170, 120]]),
        ([10, 10, 10, 20], [[12, 12], [15, 12]]),
    ):
        keypoints = np.full((6, 2), np.nan, np.float32)
        keypoints[:2] = points
        region = region_of(np.array(box, np.float32), keypoints)
        sample = np.array([[0, 0, 1], [96, 50, -20], [191, 191, 5]], np.float32)
        regions.append(
            {
                "box": box,
                "keypoints": keypoints,
                "points": sample,
                "frame": None if region is None else region.to_frame(sample, 192),
            }
        )
    return {"measures": cases, "regions": regions}


def _align() -> Json:
    width, height = 640, 480
    luma = picture(width, height)
    boxes, keypoints = [], []
    for x, y, eye, angle in (
        (200, 150, 60, 0.0),
        (400, 260, 140, 0.3),
        (60, 60, 30, -0.5),
        (600, 440, 90, 0.1),
        (320, 240, 12, 0.0),
        (300, 200, np.nan, 0.0),
    ):
        size = 100.0 if not np.isfinite(eye) else 2.2 * eye
        boxes.append([x - size / 2, y - size / 2, x + size / 2, y + size / 2])
        right = np.array([np.cos(angle), np.sin(angle)]) * eye / 2
        down = np.array([-np.sin(angle), np.cos(angle)]) * eye
        middle = np.array([x, y], np.float64)
        nan = np.full(2, np.nan)
        keypoints.append([middle - right, middle + right, nan, middle + down, nan, nan])
    faces = Faces(np.array(boxes), np.ones(len(boxes)), keypoints=np.array(keypoints))
    centers, sides, angles = crop_squares(faces)
    return {
        "size": [width, height],
        "boxes": faces.boxes,
        "keypoints": faces.keypoints,
        "centers": centers,
        "sides": sides,
        "angles": angles,
        "crops": [_packed(crop) for crop in align_faces(luma, faces)],
    }


def _classify() -> Json:
    rng = np.random.default_rng(5)
    crop = picture(24, 24)
    flat = np.full((24, 24), 90, np.uint8)
    fer = rng.normal(0, 2, (3, 7)).astype(np.float32)
    ferplus = rng.normal(0, 2, (3, 8)).astype(np.float32)
    numbers = device_numbers("mien")["classify"]
    one, other = (
        softmax(value, numbers["temperatures"][name])
        for name, value in (("fer", fer), ("ferplus", ferplus))
    )
    seven = other[:, :7] / other[:, :7].sum(axis=1, keepdims=True)
    served = numbers["served"]["fer"] * one + numbers["served"]["ferplus"] * seven
    return {
        "normalized": {
            mode: [normalize(x[None], mode).ravel()[:40] for x in (crop, flat)]
            for mode in ("image", "unit", "signed")
        },
        "fer": fer,
        "ferplus": ferplus,
        "served": served,
    }


def _models() -> Json:
    """What each model that comes with the project says of three crops, side by side in a picture.

    Processors round differently: these alone are compared by ``MODEL_TOLERANCE``.
    """
    found = {}
    for name in SHIPPED:
        numbers = device_numbers(name)["classify"]
        size = numbers["size"]
        crops = picture(3 * size, size).reshape(size, 3, size).transpose(1, 0, 2)
        classifier = load_classifier(resolve_model_dir(name))
        probs = classifier.predict_proba(np.ascontiguousarray(crops))
        found[name] = {"classify": numbers, "probs": probs}
    return found


def make_vectors() -> Json:
    """All vectors, as plain values."""
    return plain(
        {
            "numbers": device_numbers("mien", "short", "plain"),
            "markov": device_numbers("mien", "short", "markov")["smooth"],
            "detect": _detect(),
            "view": _view(),
            "track": _track(),
            "assign": _assign(),
            "mesh": _mesh(),
            "align": _align(),
            "classify": _classify(),
            "models": _models(),
            "smooth": smooth_vectors(),
            "seconds": second_vectors(),
            "clock": clock_vectors(),
            "blinks": blink_vectors(),
            "faces": face_vectors(),
            "words": word_vectors(),
            "results": result_vectors(),
        }
    )


if __name__ == "__main__":
    PATH.write_text(json.dumps(make_vectors(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{PATH.stat().st_size / 1024:.0f} KiB in {PATH}")
