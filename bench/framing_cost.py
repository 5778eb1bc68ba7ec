"""What does a classifier lose when its crops come from the detector, and is the framing right?

Enlarges and pads images of a 48x48 set, finds the faces, cuts them out as live faces are cut
out, and compares the accuracy with that on the images themselves; then with crops that are a
little tighter, looser, lower, higher or not turned.

    python -m bench.framing_cost --data fer2013/public_test.parquet [--model default]
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.framing import STANDARD, read_images
from fer_core.classification import load_classifier, resolve_model_dir
from fer_core.detection import create_detector
from fer_core.imaging.crop import align_faces, crop_squares
from fer_core.types import Faces

#: Name -> (side, drop as share of the side, turn as share of the roll).
VARIANTS = {
    "the same, sampled four times": (1.0, 0.0, 1.0),
    "not turned": (1.0, 0.0, 0.0),
    "10 % tighter": (0.9, 0.0, 1.0),
    "5 % tighter": (0.95, 0.0, 1.0),
    "5 % looser": (1.05, 0.0, 1.0),
    "10 % looser": (1.1, 0.0, 1.0),
    "3 % lower": (1.0, 0.03, 1.0),
    "3 % higher": (1.0, -0.03, 1.0),
}


def cut(luma: NDArray[np.uint8], face: Faces, side: float, drop: float, turn: float) -> np.ndarray:
    """One crop (48, 48), by sampling at four times the size: independent of ``align_faces``."""
    (center,), (length,), (angle,) = crop_squares(face)
    center, length, angle = center + [0, drop * length], length * side, angle * turn
    size = 4 * 48
    step = length / size
    turned = step * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    move = center - 0.5 - turned @ np.full(2, (size - 1) / 2)
    matrix = np.column_stack([turned, move])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    large = cv2.warpAffine(luma, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cv2.resize(large, (48, 48), interpolation=cv2.INTER_AREA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="parquet with image and emotion")
    parser.add_argument("--model", default="default")
    parser.add_argument("--images", type=int, default=1200)
    options = parser.parse_args()

    labels = pq.read_table(options.data, columns=["emotion"])["emotion"].to_numpy()
    rows = np.random.default_rng(0).permutation(len(labels))[: options.images]
    classifier = load_classifier(resolve_model_dir(options.model))
    detector = create_detector("short")
    originals, pairs, truth = [], [], []
    for row, image in zip(rows, read_images(options.data, rows), strict=True):
        canvas, _ = STANDARD.apply(image)
        faces = detector.detect(canvas)
        if len(faces):
            originals.append(image)
            pairs.append((cv2.cvtColor(canvas, cv2.COLOR_BGR2GRAY), faces[0]))
            truth.append(labels[row])

    def accuracy(crops: list[np.ndarray]) -> str:
        return f"{(classifier.predict_proba(np.stack(crops)).argmax(axis=1) == truth).mean():.1%}"

    print(f"Faces found in {len(truth)} of {len(rows)} images.\n\n| crops | accuracy |\n|---|---|")
    print(f"| the images themselves | {accuracy(originals)} |", flush=True)
    print(f"| `align_faces` | {accuracy([align_faces(*pair)[0] for pair in pairs])} |", flush=True)
    for name, (side, drop, turn) in VARIANTS.items():
        crops = [cut(luma, face, side, drop, turn) for luma, face in pairs]
        print(f"| {name} | {accuracy(crops)} |", flush=True)


if __name__ == "__main__":
    main()
