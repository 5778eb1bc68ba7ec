"""How small a face does each detector find, and how much time of one core does it take?

Faces of FER-2013 without surroundings are the hard case; the portrait, with head and shoulders,
is the usual one.

    python -m bench.detectors [--data fer2013/train.parquet] [--images 100]
"""

import argparse
import statistics
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.framing import read_images
from fer_core.detection import FaceDetector, create_detector
from fer_core.imaging.frame import ArrayFrame

PORTRAIT = Path(__file__).parents[1] / "fer_core" / "assets" / "astronaut.png"
SHARES = (0.06, 0.08, 0.10, 0.12, 0.15, 0.20, 0.25, 0.30, 0.40, 0.60)
VIEW = 384  # side of the canvas in pixels
FACE_PER_IMAGE = 41 / 48  # BlazeFace's box in a FER-2013 frame, docs/framing.md
FACE_IN_PORTRAIT = (178, 81, 94)  # left, top, side of BlazeFace's box in the portrait


def is_found(detector: FaceDetector, canvas: NDArray[np.uint8], x: float, y: float) -> bool:
    """Does a box hold the point near its middle?"""
    boxes = detector.detect(canvas).boxes
    sides = boxes[:, 2:] - boxes[:, :2]
    near = np.abs((boxes[:, :2] + boxes[:, 2:]) / 2 - [x, y]) < 0.4 * sides
    return bool(near.all(axis=1).any())


def share_found(detector: FaceDetector, images: list[NDArray[np.uint8]], share: float) -> float:
    """Share of the faces found when a face fills ``share`` of a plain canvas's width."""
    rng, found = np.random.default_rng(0), 0
    for image in images:
        side = round(share * VIEW / FACE_PER_IMAGE)
        canvas = np.full((VIEW, VIEW, 3), image.mean(), np.uint8)
        left, top = rng.integers(0, VIEW - side + 1, 2)
        method = cv2.INTER_AREA if side < len(image) else cv2.INTER_CUBIC
        face = cv2.resize(image, (side, side), interpolation=method)
        canvas[top : top + side, left : left + side] = face[..., None]
        found += is_found(detector, canvas, left + side / 2, top + 0.58 * side)
    return found / len(images)


def portrait_found(detector: FaceDetector, share: float, tries: int = 20) -> float:
    """The same for the portrait, whole where it fits."""
    rng, found = np.random.default_rng(0), 0
    portrait = cv2.imread(str(PORTRAIT))
    left, top, side = FACE_IN_PORTRAIT
    scale = share * VIEW / side
    for _ in range(tries):
        # The face anywhere on the canvas, the portrait's border repeated around it.
        x, y = rng.uniform(share * VIEW / 2, VIEW * (1 - share / 2), 2)
        move = np.array([[scale, 0, x - scale * (left + side / 2)],
                         [0, scale, y - scale * (top + side / 2)]])  # fmt: skip
        small = cv2.GaussianBlur(portrait, (0, 0), 0.4 / scale) if scale < 0.8 else portrait
        canvas = cv2.warpAffine(small, move, (VIEW, VIEW), borderMode=cv2.BORDER_REPLICATE)
        found += is_found(detector, canvas, x, y)
    return found / tries


def median_cpu_ms(detector: FaceDetector, width: int, height: int, repeats: int) -> float:
    """Of the portrait, shrunk to the detector's view as the pipeline does.

    CPU time, so that other programs on the machine do not count.
    """
    picture = cv2.resize(cv2.imread(str(PORTRAIT)), (width, height))
    view = ArrayFrame(picture).bgr(detector.max_side)
    times = []
    for _ in range(repeats):
        start = time.process_time()
        detector.detect(view)
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="parquet with a column 'image'")
    parser.add_argument("--images", type=int, default=100)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    names = ("short", "full", "haar")
    print("| face, share of the width | " + " | ".join(f"`{n}`" for n in names) + " |")
    print("|---" * (len(names) + 1) + "|")
    images: list[NDArray[np.uint8]] = []
    if options.data:
        images = list(read_images(options.data, np.arange(options.images) * 97))
    detectors = {
        n: create_detector(n, **({"min_share": 0.05} if n == "haar" else {})) for n in names
    }
    for share in SHARES:
        cells = []
        for detector in detectors.values():
            cell = f"{portrait_found(detector, share):.0%}"
            cells.append(cell + (f", {share_found(detector, images, share):.0%}" if images else ""))
        print(f"| {share:.0%} | " + " | ".join(cells) + " |", flush=True)
    print("\n| detector | picture | CPU ms, median |\n|---|---|---|")
    for name, small_faces, size, repeats in (
        ("short", False, (640, 480), 200),
        ("full", False, (640, 480), 200),
        ("haar", False, (640, 480), 20),
        ("short", True, (640, 480), 5),
        ("short", True, (1280, 720), 3),
        ("full", True, (1280, 720), 3),
    ):
        figure = median_cpu_ms(create_detector(name, small_faces=small_faces), *size, repeats)
        kind = f"`{name}`" + (", small faces" if small_faces else "")
        print(f"| {kind} | {size[0]}x{size[1]} | {figure:.1f} |", flush=True)


if __name__ == "__main__":
    main()
