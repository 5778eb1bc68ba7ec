"""The committed portrait, turned, mirrored and rotated in depth, with the face's place known."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import griddata

from fer_core.config import PROJECT_ROOT
from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks.pose import rotation_of
from fer_core.types import Faces

#: Box and keypoints as BlazeFace's short range network gives them, rounded to pixels.
BOX = np.array([178, 81, 272, 175], np.float32)
KEYPOINTS = np.array(
    [[204, 103], [250, 110], [223, 126], [220, 147], [178, 111], [273, 126]], np.float32
)
CENTER = (225.0, 128.0)


@cache
def portrait() -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(PROJECT_ROOT / "fer_core/assets/astronaut.png")), np.uint8)


def faces_at(box: np.ndarray = BOX, keypoints: np.ndarray | None = KEYPOINTS) -> Faces:
    return Faces([box], [0.9], keypoints=None if keypoints is None else [keypoints])


def mirrored() -> tuple[ArrayFrame, Faces]:
    image = np.ascontiguousarray(portrait()[:, ::-1])
    width = image.shape[1]
    box = np.array([width - BOX[2], BOX[1], width - BOX[0], BOX[3]], np.float32)
    keypoints = KEYPOINTS * [-1, 1] + [width, 0]
    return ArrayFrame(image), faces_at(box, keypoints[[1, 0, 2, 3, 5, 4]])


def turned(degrees: float) -> tuple[ArrayFrame, Faces]:
    """The picture turned clockwise about the face."""
    matrix = cv2.getRotationMatrix2D(CENTER, -degrees, 1.0)
    image = cv2.warpAffine(portrait(), matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    keypoints = KEYPOINTS @ matrix[:, :2].T + matrix[:, 2]
    return ArrayFrame(image), faces_at(BOX, keypoints)


def rotated_in_depth(mesh: np.ndarray, yaw: float, pitch: float) -> ArrayFrame:
    """The portrait's surface, as ``mesh`` gives it, rotated about the head's centre.

    Each point of the picture follows the interpolated motion of the mesh around it; the motion
    fades to none at the picture's border.
    """
    center = mesh.mean(0)
    moved = (mesh - center) @ rotation_of(yaw, pitch, 0).T + center
    edge = np.array([[x, y] for x in (0, 255, 511) for y in (0, 255, 511) if (x, y) != (255, 255)])
    places = np.vstack([moved[:, :2], edge])
    sources = np.vstack([mesh[:, :2], edge])
    y, x = np.mgrid[0:512, 0:512]
    maps = griddata(places, sources, (x, y), method="linear").astype(np.float32)
    image = cv2.remap(portrait(), maps[..., 0], maps[..., 1], cv2.INTER_LINEAR)
    return ArrayFrame(image)
