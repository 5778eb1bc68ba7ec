"""Where do a detector's boxes and keypoints lie in FER-2013's own 48x48 frames?

Enlarges and pads training images, runs the detectors over them, and prints in pixels of the
48x48 frame what ``fer_core/imaging/crop.py`` needs to frame live faces the same way. Then it
closes the loop on images the constants were not taken from: detector -> ``crop_squares`` should
give back the original frame.

    python -m bench.framing --data fer2013/train.parquet [--images 6000] [--update docs/framing.md]
"""

import argparse
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from fer_core.detection import create_detector
from fer_core.imaging import crop
from fer_core.types import Faces

FRAME = 48  # side of a FER-2013 image in pixels
ENLARGED = 192  # and enlarged, in pixels
MARK = "<!-- figures: written by bench/framing.py -->"
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Padding:
    """How an image is put on a canvas: the share of the canvas it fills, and what is around."""

    share: float
    border: str

    def apply(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
        """(H, W, 3) BGR canvas and the pixels before the image."""
        pad = round(ENLARGED * (1 / self.share - 1) / 2)
        large = cv2.resize(image, (ENLARGED, ENLARGED), interpolation=cv2.INTER_CUBIC)
        kind = {"edge": cv2.BORDER_REPLICATE, "grey": cv2.BORDER_CONSTANT}[self.border]
        padded = cv2.copyMakeBorder(large, *[pad] * 4, kind, value=float(image.mean()))
        return cv2.cvtColor(padded, cv2.COLOR_GRAY2BGR), pad


STANDARD = Padding(0.5, "grey")
OTHERS = (Padding(0.4, "grey"), Padding(0.65, "grey"), Padding(0.5, "edge"))


def read_images(path: Path, rows: Figures) -> Iterator[NDArray[np.uint8]]:
    """The chosen rows of a parquet file with a column ``image``, (48, 48) uint8 each."""
    column = pq.read_table(path, columns=["image"])["image"]
    for row in rows:
        content = column[int(row)].as_py()
        yield np.asarray(Image.open(io.BytesIO(content)).convert("L"))


def detect_all(name: str, images: list[NDArray[np.uint8]], padding: Padding) -> tuple[Faces, int]:
    """The best face of each image that has one, in pixels of the 48x48 frame; images tried."""
    detector = create_detector(name)
    scale = ENLARGED / FRAME
    parts = []
    for image in images:
        canvas, pad = padding.apply(image)
        faces = detector.detect(canvas)
        if len(faces):
            parts.append(faces[0])
    boxes = (np.concatenate([p.boxes for p in parts]) - pad) / scale
    keypoints = (np.concatenate([p.keypoints for p in parts]) - pad) / scale
    scores = np.concatenate([p.scores for p in parts])
    return Faces(boxes, scores, keypoints=keypoints), len(images)


def quantiles(values: Figures, form: str = "{:.2f}") -> str:
    """`median (lower quartile to upper quartile)`."""
    low, middle, high = (form.format(v) for v in np.percentile(values, [25, 50, 75]))
    return f"{middle} ({low} to {high})"


def measure(faces: Faces) -> dict[str, Figures]:
    """Columns (N,) of positions and sizes in pixels of the 48x48 frame, and the derived ratios."""
    boxes, points = faces.boxes.astype(float), faces.keypoints.astype(float)
    side = (boxes[:, 2:] - boxes[:, :2]).mean(axis=1)
    center = (boxes[:, :2] + boxes[:, 2:]) / 2
    eyes, across = (points[:, 0] + points[:, 1]) / 2, points[:, 1] - points[:, 0]
    spread = np.hypot(*across.T)
    unit = np.hypot(spread, np.hypot(*(points[:, 3] - eyes).T))
    down = np.stack([-across[:, 1], across[:, 0]], axis=1) / spread[:, None]
    middle = FRAME / 2
    return {
        "box centre x": center[:, 0],
        "box centre y": center[:, 1],
        "box side": side,
        "eye centre x": eyes[:, 0],
        "eye centre y": eyes[:, 1],
        "eye to eye": spread,
        "eye centre to mouth": np.hypot(*(points[:, 3] - eyes).T),
        "unit": unit,
        "roll, degrees": np.degrees(np.arctan2(across[:, 1], across[:, 0])),
        "SIDE_PER_UNIT": FRAME / unit,
        "DROP_PER_UNIT": ((middle - eyes) * down).sum(axis=1) / unit,
        "SIDE_PER_BOX": FRAME / side,
        "DROP_PER_BOX": (middle - center[:, 1]) / side,
    }


def close_loop(faces: Faces) -> dict[str, Figures]:
    """How far the crop's square is from the original frame: shift in px, scale as ratio."""
    centers, sides, _ = crop.crop_squares(faces)
    shift = centers - FRAME / 2
    return {
        "shift x": shift[:, 0],
        "shift y": shift[:, 1],
        "shift": np.hypot(*shift.T),
        "side / 48": sides / FRAME,
        "scale error, %": 100 * np.abs(np.log(sides / FRAME)),
    }


def table(columns: list[tuple[str, dict[str, Figures]]], skip: Callable[[str], bool]) -> list[str]:
    """A Markdown table: one row per figure, one column per named measurement."""
    lines = ["| figure | " + " | ".join(name for name, _ in columns) + " |"]
    lines.append("|---" * (len(columns) + 1) + "|")
    for figure in columns[0][1]:
        if skip(figure):
            continue
        form = "{:.3f}" if "PER" in figure or "/ 48" in figure else "{:.1f}"
        cells = [
            quantiles(c[figure], form) if np.isfinite(c[figure]).all() else "-" for _, c in columns
        ]
        lines.append(f"| {figure} | " + " | ".join(cells) + " |")
    return lines


def report(path: Path, number: int, number_haar: int, seed: int) -> str:
    total = pq.read_metadata(path).num_rows
    rows = np.random.default_rng(seed).permutation(total)[: number + number // 3]
    images = list(read_images(path, rows))
    fit, held_out = images[:number], images[number:]
    few = max(1, number // 4)

    columns, found = [], []

    def add(title: str, name: str, sample: list[NDArray[np.uint8]], padding: Padding) -> Faces:
        faces, tried = detect_all(name, sample, padding)
        found.append(f"{title} {len(faces)} of {tried} ({len(faces) / tried:.1%})")
        return faces

    blaze = add("`short`", "short", fit, STANDARD)
    haar = add("`haar`", "haar", fit[:number_haar], STANDARD)
    columns = [("`short`", measure(blaze)), ("`haar`", measure(haar))]
    lines = [
        "",
        f"{len(fit)} images; found: {found[0]}, {found[1]}. Median (quartiles), pixels:",
        "",
    ]
    lines += table(columns, lambda _: False)

    found.clear()
    other = [
        (f"{p.border}, image fills {p.share:.0%}", measure(add(p.border, "short", fit[:few], p)))
        for p in OTHERS
    ]
    lines += ["", f"The same with other paddings (`short`, {few} images; found: "]
    lines[-1] += ", ".join(found) + "):"
    lines += ["", *table(other, lambda f: f not in MAIN_FIGURES)]

    found.clear()
    by_eyes = add("`short`", "short", held_out, STANDARD)
    by_haar = add("`haar`", "haar", held_out[:number_haar], STANDARD)
    loops = [
        ("`short`, by the eyes", close_loop(by_eyes)),
        ("`haar`, by the box", close_loop(by_haar)),
    ]
    lines += ["", f"Held out, {len(held_out)} other images; found: {', '.join(found)}:"]
    lines += ["", *table(loops, lambda _: False), ""]
    return "\n".join(lines)


MAIN_FIGURES = ("box side", "eye centre y", "eye to eye", "SIDE_PER_UNIT", "DROP_PER_UNIT")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="parquet with a column 'image'")
    parser.add_argument("--images", type=int, default=6000)
    parser.add_argument("--images-haar", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--update", type=Path, help=f"put the figures between the two lines {MARK}")
    options = parser.parse_args()
    text = report(options.data, options.images, options.images_haar, options.seed)
    print(text)
    if options.update:
        before, _, after = options.update.read_text().split(MARK)
        options.update.write_text(MARK.join([before, text, after]))


if __name__ == "__main__":
    main()
