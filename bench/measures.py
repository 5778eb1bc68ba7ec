"""How far the measures of a face err: mirrored, jittered, tilted, and with the head turned.

The truth is the same face's own, undisturbed: what changes although the face did not is error. On
faces of FER-2013's training part where the operator holds a copy (enlarged four times, which makes
them softer than a camera's), else on the portrait alone; turned in depth on the portrait only.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.config import PROJECT_ROOT
from fer_core.datasets import load_dataset
from fer_core.datasets.locate import locate_dataset
from fer_core.detection.blazeface import BlazeFaceDetector
from fer_core.errors import InputError
from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks import FaceMesh
from fer_core.types import MEASURES, Faces

Image = NDArray[np.uint8]
ZOOM, BORDER = 4, 96
#: Index of each measure in the mirror image.
_SIDES = {"_right": "_left", "_left": "_right"}


def _mirrored_name(name: str) -> str:
    for side, other in _SIDES.items():
        if name.endswith(side):
            return name.removesuffix(side) + other
    return name


MIRROR = [MEASURES.index(_mirrored_name(name)) for name in MEASURES]


class _Measurer:
    def __init__(self) -> None:
        self._detector, self._mesh = BlazeFaceDetector("short"), FaceMesh()

    def find(self, bgr: Image) -> Faces | None:
        """The largest face with its measures; None where there is none, or no mesh."""
        faces = self._detector.detect(bgr)
        if not len(faces):
            return None
        faces = self._mesh.measure(ArrayFrame(bgr), faces[int(faces.sizes.argmax())])
        return faces if np.isfinite(faces.measures).all() else None


def _jittered(bgr: Image, rng: np.random.Generator) -> Image:
    """Moved by up to two pixels, scaled by up to 3 %, brighter or darker by 20 %, noisy."""
    height, width = bgr.shape[:2]
    scale, (dx, dy) = rng.uniform(0.97, 1.03), rng.uniform(-2, 2, 2)
    matrix = np.array([[scale, 0, dx], [0, scale, dy]])
    moved = cv2.warpAffine(bgr, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    noisy = moved * rng.uniform(0.8, 1.2) + rng.normal(0, 4, bgr.shape)
    return np.asarray(noisy.clip(0, 255), np.uint8)


def _tilted(bgr: Image, degrees: float) -> Image:
    height, width = bgr.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(bgr, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _faces_of_fer2013(data: Path | None, count: int) -> list[Image]:
    found = load_dataset(locate_dataset(data))
    if found.images is None:
        raise InputError("The data set holds no cut faces; give FER-2013.")
    faces = found.images[found.splits == "train"]
    rows = np.random.default_rng(7).permutation(len(faces))[:count]
    made = []
    for row in rows:
        large = cv2.resize(faces[row], None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC)
        luma = cv2.copyMakeBorder(large, *[BORDER] * 4, cv2.BORDER_REPLICATE)
        made.append(np.asarray(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR), np.uint8))
    return made


def _portrait() -> Image:
    found = cv2.imread(str(PROJECT_ROOT / "fer_core/assets/astronaut.png"))
    assert found is not None
    return np.asarray(found, np.uint8)


def measure_errors(images: list[Image]) -> dict[str, Any]:
    """Measure -> its spread over the faces, and the median and 95th percentile of each error."""
    measurer, rng = _Measurer(), np.random.default_rng(1)
    straight: list[NDArray[Any]] = []
    errors: dict[str, list[NDArray[Any]]] = {"mirrored": [], "jittered": [], "tilted": []}
    for image in images:
        own = measurer.find(image)
        if own is None:
            continue
        straight.append(own.measures[0])
        ways = {
            "mirrored": measurer.find(np.ascontiguousarray(image[:, ::-1])),
            "jittered": measurer.find(_jittered(image, rng)),
            "tilted": measurer.find(_tilted(image, float(rng.uniform(-30, 30)))),
        }
        for name, other in ways.items():
            if other is not None:
                row = other.measures[0][MIRROR] if name == "mirrored" else other.measures[0]
                errors[name].append(np.abs(row - own.measures[0]))
    spread = np.array(straight).std(0) if len(straight) > 1 else np.full(len(MEASURES), np.nan)
    report: dict[str, Any] = {"faces": len(straight)}
    for column, measure in enumerate(MEASURES):
        report[measure] = {"spread": float(spread[column])}
        for name, rows in errors.items():
            values = np.array(rows)[:, column]
            report[measure][name] = [float(np.median(values)), float(np.percentile(values, 95))]
    return report


def measure_turned() -> dict[str, list[float]]:
    """Measure -> error on the portrait, its head turned in depth: yaw and pitch by 15 and 30."""
    from tests.landmarks.portrait import BOX, KEYPOINTS, faces_at, rotated_in_depth

    mesh, frame = FaceMesh(), ArrayFrame(_portrait())
    surface = mesh.locate(frame.luma(), BOX, KEYPOINTS)
    assert surface is not None
    own = mesh.measure(frame, faces_at()).measures[0]
    found: dict[str, list[float]] = {}
    for degrees in (15, 30):
        turns = [(degrees, 0), (-degrees, 0), (0, degrees), (0, -degrees)]
        frames = [rotated_in_depth(surface, *turn) for turn in turns]
        rows = np.array([mesh.measure(one, faces_at()).measures[0] for one in frames])
        for measure, error in zip(MEASURES, np.abs(rows - own).max(0), strict=True):
            found.setdefault(measure, []).append(float(error))
    return found


def run_measures_bench(data: Path | None = None, count: int = 500) -> dict[str, Any]:
    """The report of both."""
    try:
        images, source = _faces_of_fer2013(data, count), "FER-2013"
    except InputError:
        images, source = [_portrait()], "the portrait"
    report = {"source": source} | measure_errors(images)
    for measure, turned in measure_turned().items():
        report[measure]["turned"] = turned
    return report


def main(data: Path | None = None, *, count: int = 500, as_json: bool = False) -> None:
    """Measure and print."""
    report = run_measures_bench(data, count)
    if as_json:
        print(json.dumps(report))
        return
    print(f"{report['faces']} faces of {report['source']}; error: median (95th percentile)")
    head = ("spread", "mirrored", "jittered", "tilted to 30", "turned by 15", "by 30")
    print(f"{'':<22}{head[0]:>8}" + "".join(f"{name:>16}" for name in head[1:]))
    for measure in MEASURES:
        row = report[measure]
        cells = [f"{row[way][0]:.3f} ({row[way][1]:.3f})" for way in ("mirrored", "jittered")]
        cells += [f"{row['tilted'][0]:.3f} ({row['tilted'][1]:.3f})"]
        cells += [f"{value:.3f}" for value in row["turned"]]
        print(f"{measure:<22}{row['spread']:>8.3f}" + "".join(f"{cell:>16}" for cell in cells))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.measures", description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    main(arguments.data, as_json=arguments.json)
