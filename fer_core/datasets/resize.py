"""Faces at another side length, the same way for training and for scoring."""

import cv2
import numpy as np

from fer_core.types import ImageArray


def resize_faces(images: ImageArray, size: int) -> ImageArray:
    """Faces (N, h, w) uint8 as (N, size, size); area averaging where they shrink."""
    if images.shape[1:] == (size, size):
        return images
    way = cv2.INTER_AREA if size < images.shape[1] else cv2.INTER_CUBIC
    resized = np.empty((len(images), size, size), np.uint8)
    for i, image in enumerate(images):
        resized[i] = cv2.resize(image, (size, size), interpolation=way)
    return resized
