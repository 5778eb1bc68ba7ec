"""Measure the average face that head pose is fitted to, and what the mesh makes of luma.

    python bench/face_shape.py fer2013/train.parquet

prints the tables of ``fer_core/landmarks/face_shape.py``, the spread of yaw, pitch and the eye
aspect ratio over the faces, and the difference between colour and luma on the portrait.
"""

import argparse
import io
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from fer_core.config import PROJECT_ROOT
from fer_core.detection.blazeface import BlazeFaceDetector
from fer_core.landmarks import FaceMesh
from fer_core.landmarks.eyes import LEFT_EYE, RIGHT_EYE, aspect_ratio
from fer_core.landmarks.pose import angles_of, fit_rotation

MIDLINE = (10, 151, 9, 8, 168, 6, 197, 195)
PAIRS = (
    *((33, 263), (133, 362), (127, 356), (234, 454), (103, 332), (67, 297)),
    *((109, 338), (54, 284), (21, 251), (162, 389), (123, 352)),
)
INDICES = [*MIDLINE, *(index for pair in PAIRS for index in pair)]
#: The row of each point's mirror image.
MIRROR = [*range(len(MIDLINE)), *(len(MIDLINE) + (k ^ 1) for k in range(2 * len(PAIRS)))]
ZOOM, BORDER = 4, 96

Array = NDArray[np.float64]


def collect_meshes(path: Path, count: int, seed: int) -> Array:
    """(F, 468, 3) meshes of the faces found among ``count`` random pictures."""
    images = pq.read_table(path, columns=["image"]).column("image")
    rows = np.random.default_rng(seed).permutation(len(images))[:count]
    detector, mesh, found = BlazeFaceDetector("short"), FaceMesh(), []
    for row in rows:
        face = np.asarray(Image.open(io.BytesIO(images[int(row)].as_py())).convert("L"))
        large = cv2.resize(face, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
        luma = cv2.copyMakeBorder(large, *[BORDER] * 4, cv2.BORDER_REPLICATE)
        faces = detector.detect(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR))
        points = len(faces) and mesh.locate(luma, faces.boxes[0], faces.keypoints[0])
        if isinstance(points, np.ndarray):
            found.append(points)
    return np.array(found, np.float64)


def mean_shape(points: Array, rounds: int = 10) -> Array:
    """Generalised Procrustes mean (M, 3) of (F, M, 3), symmetric, outer eye corners 1 apart."""
    points = points - points.mean(1, keepdims=True)
    points = points / np.sqrt((points**2).sum((1, 2), keepdims=True))
    shape: Array = points.mean(0)
    for _ in range(rounds):
        turned = np.array([p @ fit_rotation(p, shape).T for p in points])
        shape = turned.mean(0)
        shape = (shape + shape[MIRROR] * [-1, 1, 1]) / 2
    shape = shape @ _median_pitch(points, shape).T
    corners = shape[[INDICES.index(33), INDICES.index(263)]]
    return np.asarray(shape / np.linalg.norm(corners[0] - corners[1]), np.float64)


def _median_pitch(points: Array, shape: Array) -> Array:
    """The rotation that makes the median pitch zero."""
    angle = np.median([_pitch(fit_rotation(shape, p)) for p in points])
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])


def _pitch(rotation: Array) -> float:
    return -float(np.radians(angles_of(rotation)[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parquet", type=Path)
    parser.add_argument("--count", type=int, default=3000)
    args = parser.parse_args()
    meshes = collect_meshes(args.parquet, args.count, seed=0)
    shape = mean_shape(meshes[:, INDICES])
    print("MIDLINE")
    for index, (_, y, z) in zip(MIDLINE, shape, strict=False):
        print(f"    ({index}, {y:.4f}, {z:.4f}),")
    print("PAIRS")
    for (right, left), (x, y, z) in zip(PAIRS, shape[len(MIDLINE) :: 2], strict=True):
        print(f"    ({right}, {left}, {x:.4f}, {y:.4f}, {z:.4f}),")
    angles = [angles_of(fit_rotation(shape, m[INDICES])) for m in meshes]
    ratios = [aspect_ratio(m[list(eye)]) for m in meshes for eye in (RIGHT_EYE, LEFT_EYE)]
    marks = (1, 5, 10, 50, 90, 95, 99)
    print(f"{len(meshes)} faces of {args.count} pictures; percentiles {marks}")
    print("yaw  ", np.percentile([a[0] for a in angles], marks).round(1))
    print("pitch", np.percentile([a[1] for a in angles], marks).round(1))
    print("eye aspect ratio", np.percentile(ratios, marks).round(3))
    for name, axes in (("three dimensions", 3), ("the picture plane", 2)):
        eyes = [[aspect_ratio(m[list(e), :axes]) for e in (RIGHT_EYE, LEFT_EYE)] for m in meshes]
        print(f"right against left eye in {name}: r = {np.corrcoef(eyes, rowvar=False)[0, 1]:.2f}")
    compare_luma()


def compare_luma() -> None:
    """Print how far the points move when colour is replaced by luma, on the portrait."""
    bgr = cv2.imread(str(PROJECT_ROOT / "fer_core/assets/astronaut.png"))
    mesh, faces = FaceMesh(), BlazeFaceDetector("short").detect(bgr)
    box, keypoints = faces.boxes[0], faces.keypoints[0]
    luma = mesh.locate(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), box, keypoints)
    color = mesh.locate(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), box, keypoints)
    assert luma is not None
    assert color is not None
    moved = np.linalg.norm((luma - color)[:, :2], axis=1).mean()
    apart = np.linalg.norm(color[33, :2] - color[263, :2])
    print(f"luma against colour: points move {100 * moved / apart:.2f} % of the eye distance")


if __name__ == "__main__":
    main()
