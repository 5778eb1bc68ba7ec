"""Video calls with known truth: tiles that are resized, glide, swap, leave and come back.

People are the portrait made to look unlike itself, each before a wall of their own; they sway, and
what an unsteady detector makes of them is drawn with a seed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from fer_core.types import Faces, ImageArray
from tests.landmarks.portrait import BOX, portrait

#: Of a tile as it is recorded, and of the call's window.
TILE = (320, 180)
WINDOW = (640, 360)
#: Side of the face's box in a tile.
FACE = 52.0
FPS = 25.0

Rect = tuple[float, float, float, float]
#: Person -> where their tile is: x, y, width, height in the window; the last one lies on top.
Layout = dict[int, Rect]


@cache
def wall(person: int) -> ImageArray:
    """Light and things on shelves."""
    rng = np.random.default_rng(1000 + person)
    bgr = np.zeros((TILE[1], TILE[0], 3), np.float32) + rng.uniform(50, 190, 3).astype(np.float32)
    bgr += np.linspace(-25, 25, TILE[0])[None, :, None] * rng.choice([-1, 1])
    for _ in range(10):
        x, y = rng.integers(0, TILE[0]), rng.integers(0, TILE[1])
        w, h = rng.integers(10, 70, 2)
        cv2.rectangle(bgr, (int(x), int(y)), (int(x + w), int(y + h)), rng.uniform(20, 230, 3), -1)
    return np.asarray(cv2.GaussianBlur(bgr, (0, 0), 1.5).clip(0, 255), np.uint8)


@cache
def head(person: int) -> tuple[ImageArray, ImageArray]:
    """A head of 190 x 230 px and its mask; each person's has marks of its own."""
    bgr = portrait()[15:245, 130:320].copy()
    rng = np.random.default_rng(person)
    if person % 2:
        bgr = bgr[:, ::-1].copy()
    if person % 3 == 1:  # a beard
        cv2.ellipse(bgr, (95, 150), (42, 38), 0, 0, 180, rng.uniform(10, 60, 3), -1)
    if person % 3 == 2:  # dark glasses
        for x in (73, 117):
            cv2.ellipse(bgr, (x, 95), (22, 13), 0, 0, 360, (25, 25, 25), -1)
    if person % 4 >= 2:  # other hair
        cv2.ellipse(bgr, (95, 45), (80, 35), 0, 180, 360, rng.uniform(20, 220, 3), -1)
    lit = bgr.astype(np.float32) * rng.uniform(0.75, 1.1, 3)
    mask = np.zeros(bgr.shape[:2], np.uint8)
    cv2.ellipse(mask, (95, 115), (90, 110), 0, 0, 360, 255, -1)
    return lit.clip(0, 255).astype(np.uint8), mask


@cache
def tile(person: int, step: int, *, shared_wall: bool = False) -> tuple[ImageArray, np.ndarray]:
    """A tile (h, w, 3) BGR and where its face is (4,); people sit elsewhere, sway and shine."""
    rng = np.random.default_rng(10_000 * person + step)
    canvas = wall(0 if shared_wall else person).copy()
    coat = np.random.default_rng(50 + person).uniform(10, 220, 3)
    scale = FACE / float(BOX[2] - BOX[0]) * (0.85 + 0.1 * (person % 4))
    scale *= 1 + 0.03 * np.sin(step / 9 + person)
    x = 150 + 12 * (person % 3) + 5 * np.sin(step / 7 + person)
    y = 78 + 5 * (person % 2) + 3 * np.sin(step / 5 + 2 * person)
    chest = (round(x), round(y + 130 * scale)), (round(120 * scale), round(70 * scale))
    cv2.ellipse(canvas, *chest, 0, 180, 360, coat, -1)
    cv2.rectangle(
        canvas,
        (chest[0][0] - chest[1][0], chest[0][1]),
        (chest[0][0] + chest[1][0], TILE[1]),
        coat,
        -1,
    )
    turn = 4 * np.sin(step / 11 + person)
    move = cv2.getRotationMatrix2D((95.0, 115.0), turn, scale)
    move[:, 2] += (x - 95, y - 115)
    bgr, mask = head(person)
    drawn = cv2.warpAffine(bgr, move, TILE, flags=cv2.INTER_AREA)
    share = cv2.warpAffine(mask, move, TILE, flags=cv2.INTER_AREA)[..., None] / 255
    out = canvas * (1 - share) + drawn * share + rng.normal(0, 2, (TILE[1], TILE[0], 1))
    middle = (BOX[:2] + BOX[2:]) / 2 - (130, 15)
    if person % 2:
        middle[0] = 190 - middle[0]
    at = move @ [*middle, 1]
    half = float(BOX[2] - BOX[0]) * scale / 2
    return out.clip(0, 255).astype(np.uint8), np.array([*(at - half), *(at + half)])


def draw(
    layout: Layout, step: int, *, shared_wall: bool = False
) -> tuple[ImageArray, dict[int, np.ndarray]]:
    """The window (h, w, 3) BGR, and the boxes of the faces in it that are not hidden."""
    canvas = np.full((WINDOW[1], WINDOW[0], 3), 32, np.uint8)
    boxes: dict[int, np.ndarray] = {}
    for person, (left, top, width, height) in layout.items():
        x1, y1, x2, y2 = round(left), round(top), round(left + width), round(top + height)
        bgr, face = tile(person, step, shared_wall=shared_wall)
        scale = max((x2 - x1) / TILE[0], (y2 - y1) / TILE[1])  # covers its place
        move = np.array(
            [
                [scale, 0, (x2 - x1 - scale * TILE[0]) / 2],
                [0, scale, (y2 - y1 - scale * TILE[1]) / 2],
            ]
        )
        size = round(scale * TILE[0]), round(scale * TILE[1])
        shown = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
        cut = (size[1] - (y2 - y1)) // 2, (size[0] - (x2 - x1)) // 2
        shown = shown[cut[0] : cut[0] + y2 - y1, cut[1] : cut[1] + x2 - x1]
        a, b, c, d = max(y1, 0), min(y2, WINDOW[1]), max(x1, 0), min(x2, WINDOW[0])
        if b <= a or d <= c:
            continue
        canvas[a:b, c:d] = shown[a - y1 : b - y1, c - x1 : d - x1]
        boxes = {who: box for who, box in boxes.items() if not _hides((x1, y1, x2, y2), box)}
        box = face * scale + np.tile(move[:, 2] + (x1, y1), 2)
        if box[0] >= c and box[1] >= a and box[2] <= d and box[3] <= b:
            boxes[person] = box
    return canvas, boxes


def _hides(rect: tuple[int, int, int, int], box: np.ndarray) -> bool:
    wide = min(rect[2], box[2]) - max(rect[0], box[0])
    high = min(rect[3], box[3]) - max(rect[1], box[1])
    return max(wide, 0) * max(high, 0) > 0.2 * np.prod(box[2:] - box[:2])


# --- layouts --------------------------------------------------------------------------------------


def grid(*people: int) -> Layout:
    """Two or three tiles a row."""
    across = 1 if len(people) == 1 else 2 if len(people) <= 4 else 3
    width, rows = WINDOW[0] / across, -(-len(people) // across)
    height = min(width * 9 / 16, WINDOW[1] / rows)
    found = {}
    for place, person in enumerate(people):
        x, y = place % across * width, place // across * height + (WINDOW[1] - rows * height) / 2
        found[person] = (x + 4, y + 4, width - 8, height - 8)
    return found


def speaker(large: int, *others: int) -> Layout:
    """One large, the others in a strip below."""
    found: Layout = {large: (80, 4, 480, 270)}
    for place, person in enumerate(others):
        found[person] = (20 + 150 * place, 280, 136, 76)
    return found


def glide(first: Layout, last: Layout, frames: int) -> list[Layout]:
    """From one layout to another, slowly at both ends; who is in one only is not in between."""
    both = [person for person in first if person in last]
    found = []
    for step in range(1, frames + 1):
        t = step / (frames + 1)
        t = t * t * (3 - 2 * t)
        found.append(
            {
                who: tuple((1 - t) * a + t * b for a, b in zip(first[who], last[who], strict=True))
                for who in both
            }
        )
    return found  # type: ignore[return-value]


# --- what a tracker is given, and how well it did -------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A frame: the picture, its time, the faces that were found and whose they are."""

    bgr: ImageArray
    time_s: float
    faces: Faces
    people: list[int]


def watch(
    layouts: Sequence[Layout],
    *,
    seed: int = 1,
    fps: float = FPS,
    jitter: float = 0.03,
    missing: float = 0.03,
    draw: Callable[[Layout, int], tuple[ImageArray, dict[int, np.ndarray]]] = draw,
) -> Iterator[Seen]:
    """What a detector finds: unsteady in place and size, and now and then nothing."""
    rng = np.random.default_rng(seed)
    for step, layout in enumerate(layouts):
        bgr, boxes = draw(layout, round(step * FPS / fps))
        people = [who for who in boxes if rng.random() >= missing]
        rng.shuffle(people)
        rows = np.zeros((len(people), 4))
        for row, who in enumerate(people):
            size = float(np.mean(boxes[who][2:] - boxes[who][:2]))
            middle = (boxes[who][:2] + boxes[who][2:]) / 2 + rng.normal(0, jitter * size, 2)
            half = size * (1 + rng.normal(0, jitter)) / 2
            rows[row] = [*(middle - half), *(middle + half)]
        yield Seen(bgr, step / fps, Faces(rows, np.ones(len(people))), people)
