"""What every face detector offers."""

from typing import Protocol

from fer_core.types import Faces, ImageArray


class FaceDetector(Protocol):
    """Finds faces in one picture. One instance per stream: it is not safe for two threads.

    Attributes:
        max_side: the longer side, in pixels, beyond which a larger picture finds nothing more;
            callers may shrink to it before. None where the detector wants every pixel.
    """

    max_side: int | None

    def detect(self, bgr: ImageArray) -> Faces:
        """The faces of a BGR picture (h, w, 3) uint8, best score first, in its own pixels."""
        ...
