"""Boxes and labels on frames, in the emotion's colour.

A video frame is drawn on in its own YUV planes, in the one pass that also mirrors it: no
conversion to RGB and back. Labels are small pictures, drawn once per text and kept.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import av
import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fer_core.imaging.frame import plane_of
from fer_core.labels import UNSURE, rgb_of, text_rgb_on
from fer_core.types import FrameResult, ImageArray

#: Beside the words of a label, in label heights.
PADDING = 0.35
#: A label is this part of the picture's height, within the limits in pixels; so is a line.
LABELS_PER_HEIGHT = 17
LABEL_PX = (16, 64)
LINES_PER_HEIGHT = 240
LINE_PX = 2


@dataclass(frozen=True, slots=True, eq=False)
class Lettering:
    """How labels are written.

    Attributes:
        names: label -> word; a label that is missing is its own.
        font: file of a font that has the words' letters; empty: Pillow's own, which has those of
            ASCII only, so that others are written without their marks.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    font: str = ""

    def word(self, label: str) -> str:
        """The word for a label, in letters that can be drawn."""
        word = self.names.get(label, label)
        if self.font or word.isascii():
            return word
        plain = unicodedata.normalize("NFKD", word.replace("ı", "i"))
        return plain.encode("ascii", "ignore").decode()


#: As files, the API and the command line name them.
ENGLISH: Final = Lettering()


def label_text(result: FrameResult, row: int, lettering: Lettering = ENGLISH) -> str:
    """What is written at a face: its number where there are several, label, probability."""
    label = result.labels[row]
    percent = f" {result.smoothed[row].max():.0%}" if label != UNSURE else ""
    number = int(result.faces.track_ids[row])
    return (
        (f"#{number} " if len(result.faces) > 1 and number >= 0 else "")
        + lettering.word(label)
        + percent
    )


@lru_cache(maxsize=32)
def _font_of(file: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(file, size) if file else ImageFont.load_default(size=size)


@lru_cache(maxsize=512)
def _label_bgr(text: str, label: str, height: int, file: str) -> ImageArray:
    """The label as a small BGR picture of even size, about ``height`` px high."""
    font = _font_of(file, max(8, round(height * 0.68)))
    left, _, right, _ = font.getbbox(text)
    width = round(right - left + 2 * PADDING * height)
    width, height = width + width % 2, height + height % 2
    picture = Image.new("RGB", (width, height), rgb_of(label))
    ImageDraw.Draw(picture).text(
        (width / 2, height / 2), text, fill=text_rgb_on(label), font=font, anchor="mm"
    )
    return np.ascontiguousarray(np.asarray(picture)[..., ::-1])


@lru_cache(maxsize=512)
def _label_yuv(
    text: str, label: str, height: int, file: str
) -> tuple[ImageArray, ImageArray, ImageArray]:
    bgr = _label_bgr(text, label, height, file)
    h, w = bgr.shape[:2]
    planes = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420)
    chroma = planes[h:].reshape(2, h // 2, w // 2)
    return planes[:h], chroma[0], chroma[1]


@lru_cache(maxsize=16)
def _yuv_of(label: str) -> tuple[int, int, int]:
    pixel = np.full((2, 2, 3), rgb_of(label)[::-1], np.uint8)
    planes = cv2.cvtColor(pixel, cv2.COLOR_BGR2YUV_I420)
    return int(planes[0, 0]), int(planes[2].flat[0]), int(planes[2].flat[1])


def _boxes(result: FrameResult, width: int, height: int, mirror: bool) -> ImageArray:
    """(N, 4) int32, even pixels inside the frame, whatever the size the result was found at."""
    boxes = np.nan_to_num(result.faces.boxes.astype(np.float64), posinf=1e6, neginf=-1e6)
    boxes *= np.array([width / result.width, height / result.height] * 2)
    if mirror:
        boxes = np.stack(
            [width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1
        )
    boxes = np.clip(boxes, 0, [width - 2, height - 2] * 2)
    return np.asarray(np.round(boxes / 2) * 2, np.int32)


def _place(box: ImageArray, size: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """Even top left corner of a label (w, h): above the box, or inside where there is no room."""
    (w, h), (frame_w, frame_h) = size, frame
    x = int(np.clip(box[0], 0, max(0, frame_w - w)))
    y = int(box[1]) - h
    if y < 0:
        y = min(int(box[1]), max(0, frame_h - h))
    return x - x % 2, y - y % 2


def _metrics(height: int) -> tuple[int, int]:
    """(label height, line thickness) in even pixels for a frame of this height."""
    label = int(np.clip(height / LABELS_PER_HEIGHT, *LABEL_PX))
    line = max(LINE_PX, round(height / LINES_PER_HEIGHT))
    return label + label % 2, line + line % 2


def annotate_bgr(
    bgr: ImageArray, result: FrameResult, lettering: Lettering = ENGLISH
) -> ImageArray:
    """A copy of (h, w, 3) BGR with box and label of every face."""
    out = bgr.copy()
    height, width = out.shape[:2]
    label_h, line = _metrics(height)
    boxes = _boxes(result, width, height, mirror=False)
    for box, label in zip(boxes, result.labels, strict=True):
        color = rgb_of(label)[::-1]
        cv2.rectangle(out, box[:2].tolist(), box[2:].tolist(), color, line, cv2.LINE_AA)
    for row, box in enumerate(boxes):
        text = label_text(result, row, lettering)
        sprite = _label_bgr(text, result.labels[row], label_h, lettering.font)
        h, w = min(sprite.shape[0], height), min(sprite.shape[1], width)
        x, y = _place(box, (w, h), (width, height))
        out[y : y + h, x : x + w] = sprite[:h, :w]
    return out


def _draw_planes(
    planes: list[ImageArray], result: FrameResult, mirror: bool, lettering: Lettering
) -> None:
    height, width = planes[0].shape
    label_h, line = _metrics(height)
    boxes = _boxes(result, width, height, mirror)
    for box, label in zip(boxes, result.labels, strict=True):
        y, u, v = _yuv_of(label)
        cv2.rectangle(planes[0], box[:2].tolist(), box[2:].tolist(), y, line)
        for plane, value in ((planes[1], u), (planes[2], v)):
            half = (box // 2).tolist()
            cv2.rectangle(plane, half[:2], half[2:], value, max(1, line // 2))
    for row, box in enumerate(boxes):
        text = label_text(result, row, lettering)
        sprite = _label_yuv(text, result.labels[row], label_h, lettering.font)
        h, w = (min(a, b) // 2 * 2 for a, b in zip(sprite[0].shape, (height, width), strict=True))
        x, y0 = _place(box, (w, h), (width, height))
        for step, plane, patch in zip((1, 2, 2), planes, sprite, strict=True):
            target = plane[y0 // step : (y0 + h) // step, x // step : (x + w) // step]
            target[...] = patch[: target.shape[0], : target.shape[1]]


def annotate(
    frame: av.VideoFrame,
    result: FrameResult | None,
    mirror: bool = False,
    lettering: Lettering = ENGLISH,
) -> av.VideoFrame:
    """A new frame with box and label of every face, mirrored by choice (labels stay readable).

    Keeps timestamp and size. ``result`` may stem from an earlier frame; None only mirrors.
    """
    source = frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
    out = av.VideoFrame(frame.width, frame.height, "yuv420p")
    planes = []
    for index in range(3):
        target = plane_of(out, index)
        if mirror:
            cv2.flip(plane_of(source, index), 1, dst=target)
        else:
            target[...] = plane_of(source, index)
        planes.append(target)
    if result is not None and len(result.faces) and min(frame.width, frame.height) >= 32:
        _draw_planes(planes, result, mirror, lettering)
    out.pts = frame.pts
    if frame.time_base is not None:
        out.time_base = frame.time_base
    return out
