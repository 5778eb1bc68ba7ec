"""Fit and test the measure of covered faces, on faces with covers painted over.

    python -m bench.covering fer2013/train.parquet fer2013/public_test.parquet

prints tables as ``fer_core/landmarks/covering.py`` has them, and for the second file the share of
covers found at one half, which is where 1 % of its uncovered faces would be called covered.

    python -m bench.covering --shipped fer2013/public_test.parquet

fits nothing, and says what the measure that is in use finds.
"""

import argparse
import io
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from fer_core.detection.blazeface import BlazeFaceDetector
from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks import FaceMesh
from fer_core.landmarks.covering import COVERED, coarse_face, cover_of, cover_values, face_picture
from fer_core.types import FloatArray, ImageArray

KINDS = ("glasses", "mask", "mouth", "half", "eyes")
ZOOM, BORDER = 4, 96
FALSE_ALARMS = 0.01
_RIGHT, _LEFT, _LIPS, _CHIN = (33, 133), (263, 362), (13, 14), 152

Array = NDArray[np.float64]


class Painter:
    """Paints covers where the mesh of the uncovered face sees its parts."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def cover(self, luma: ImageArray, mesh: FloatArray, kind: str) -> ImageArray:
        """A copy of (H, W) uint8 with a cover of ``KINDS`` on the face of a mesh (468, 3)."""
        at = mesh[:, :2].astype(np.float64)
        right, left, mouth = (at[list(p)].mean(0) for p in (_RIGHT, _LEFT, _LIPS))
        unit = float(np.linalg.norm(left - right))
        across = (left - right) / unit
        low, high = at.min(0).astype(int), at.max(0).astype(int)
        skin = float(np.median(luma[low[1] : high[1], low[0] : high[0]]))
        tone, size = skin * self._random.uniform(0.75, 1.1), self._random.uniform(0.9, 1.15)
        angle = float(np.degrees(np.arctan2(across[1], across[0])))
        shape = np.zeros(luma.shape, np.float32)

        def oval(center: Array, width: float, height: float) -> None:
            axes = (int(width * unit), int(height * unit))
            middle = (int(center[0]), int(center[1]))
            cv2.ellipse(shape, middle, axes, angle, 0, 360, 1.0, -1)

        if kind == "glasses":
            tone = self._random.uniform(5, 40)
            oval(right, 0.4 * size, 0.3 * size)
            oval(left, 0.4 * size, 0.3 * size)
            ends = [(int(p[0]), int(p[1])) for p in (right, left)]
            cv2.line(shape, *ends, 1.0, max(1, int(unit * 0.08)))
        elif kind == "mask":
            tone = self._random.uniform(*((15, 60), (120, 240))[self._random.integers(2)])
            sides = [0.35 * at[a] + 0.65 * at[b] for a, b in ((234, 132), (454, 361))]
            bridge = 0.6 * at[195] + 0.4 * at[4]
            corners = np.array([*sides, bridge, at[365], at[_CHIN], at[136]], np.int32)
            cv2.fillPoly(shape, [cv2.convexHull(corners)], 1.0)
        elif kind == "mouth":
            place = mouth + across * unit * self._random.uniform(-0.1, 0.1)
            oval(place, self._random.uniform(0.6, 0.9), self._random.uniform(0.38, 0.5))
        elif kind == "half":
            side = self._random.choice([-1, 1])
            oval((right + left) / 4 + mouth / 2 + side * across * unit * 0.55, 0.52, 1.3)
        else:
            oval((right + left) / 2, 1.05, 0.36)
        noise = self._random.normal(0, 1, luma.shape).astype(np.float32)
        cloth = tone + cv2.GaussianBlur(noise, (0, 0), unit * 0.12) * unit * 0.8
        shape = cv2.GaussianBlur(shape, (0, 0), max(1.0, unit * 0.03))
        return np.asarray(
            np.clip(luma * (1 - shape) + shape * np.clip(cloth, 0, 255), 0, 255), np.uint8
        )


class Looker:
    """What the measure sees of a picture."""

    def __init__(self) -> None:
        self._detector, self._mesh = BlazeFaceDetector("short"), FaceMesh()

    def look(self, luma: ImageArray) -> tuple[FloatArray, ImageArray, float] | None:
        """Mesh, picture of the face and presence of the surest face; None without one."""
        bgr = cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR)
        faces = self._detector.detect(np.asarray(bgr, np.uint8))
        if not len(faces):
            return None
        first = faces[:1]
        mesh = self._mesh.locate(luma, first.boxes[0], first.keypoints[0])
        if mesh is None:
            return None
        found = self._mesh.measure(ArrayFrame(np.asarray(bgr, np.uint8)), first)
        return mesh, face_picture(luma, found.keypoints[0]), self._mesh.presence


def collect(path: Path, count: int, seed: int) -> tuple[Array, NDArray[np.str_], list[ImageArray]]:
    """Values (F, 16), kinds (F,), and the pictures of the uncovered faces."""
    images = pq.read_table(path, columns=["image"]).column("image")
    rows = np.random.default_rng(seed).permutation(len(images))[:count]
    painter, looker = Painter(seed), Looker()
    values: list[Array] = []
    kinds: list[str] = []
    pictures: list[ImageArray] = []
    for number, row in enumerate(rows.tolist()):
        face = np.asarray(Image.open(io.BytesIO(images[row].as_py())).convert("L"))
        large = cv2.resize(face, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
        luma = np.asarray(cv2.copyMakeBorder(large, *[BORDER] * 4, cv2.BORDER_REPLICATE), np.uint8)
        if (clear := looker.look(luma)) is None:
            continue
        pictures.append(clear[1])
        kind = KINDS[number % len(KINDS)]
        hidden = looker.look(painter.cover(luma, clear[0], kind))
        for found, name in ((clear, "clear"), (hidden, kind)):
            if found is not None:
                values.append(cover_values(found[1], found[2]))
                kinds.append(name)
    return np.array(values), np.array(kinds), pictures


def fit(values: Array, is_covered: NDArray[np.bool_], rounds: int = 60) -> tuple[Array, float]:
    """Weights of values and squares (32,), and the bias: logistic regression by Newton's steps."""
    both = np.hstack([values, values**2])
    mean, spread = both.mean(0), both.std(0)
    rows = np.column_stack([(both - mean) / spread, np.ones(len(both))])
    weights = np.zeros(rows.shape[1])
    penalty = 1e-4 * len(rows) * np.eye(rows.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-rows @ weights))
        curve = (rows * (p * (1 - p) + 1e-6)[:, None]).T @ rows + penalty
        weights += np.linalg.solve(curve, rows.T @ (is_covered - p) - penalty @ weights)
    plain = weights[:-1] / spread
    return plain, float(weights[-1] - plain @ mean)


def tell(kinds: NDArray[np.str_], is_found: NDArray[np.bool_]) -> None:
    """Print what was found of each kind."""
    for kind in KINDS:
        mine = is_found[kinds == kind]
        print(f"{kind}: {np.mean(mine):.1%} of {len(mine)} found")
    clear = is_found[kinds == "clear"]
    print(f"of {len(clear)} uncovered faces {np.mean(clear):.1%} called covered")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path, nargs="?")
    parser.add_argument("check", type=Path)
    parser.add_argument("--shipped", action="store_true", help="measure what is in use")
    parser.add_argument("--count", type=int, default=3000)
    options = parser.parse_args()
    if options.shipped:
        values, kinds, _ = collect(options.check, options.count // 2, 2)
        tell(kinds, np.array([cover_of(one) >= COVERED for one in values]))
        return
    if options.train is None:
        parser.error("two files are needed: faces to fit on, and others to check with")
    values, kinds, pictures = collect(options.train, options.count, 1)
    mean = np.mean([coarse_face(picture) for picture in pictures], axis=0)
    half = (mean + mean[:, ::-1])[:, :8] / 2
    print("mean face, hundredths:", np.round(100 * half).astype(int).tolist())
    weights, bias = fit(values, kinds != "clear")
    values, kinds, _ = collect(options.check, options.count // 2, 2)
    scores = np.hstack([values, values**2]) @ weights + bias
    limit = float(np.quantile(scores[kinds == "clear"], 1 - FALSE_ALARMS))
    print("weights:", np.round(weights.reshape(2, -1).T, 4).tolist())
    print("bias:", round(bias - limit, 4))
    tell(kinds, scores > limit)


if __name__ == "__main__":
    main()
