"""468 points on a face, and what they tell: eyes, head pose, openness."""

from typing import Final

import cv2
import numpy as np

from fer_core.errors import ConfigError
from fer_core.imaging.frame import Frame
from fer_core.landmarks.covering import measure_cover
from fer_core.landmarks.eyes import eye_centers, measure_eyes
from fer_core.landmarks.iris import iris_contrasts
from fer_core.landmarks.measures import measure_face
from fer_core.landmarks.pose import angles_of, head_rotation
from fer_core.landmarks.region import Region, region_of
from fer_core.mediapipe import make_interpreter, read_weights
from fer_core.types import MEASURES, Faces, FloatArray, ImageArray

#: Name of the network's file, a key of ``mediapipe.KNOWN_FILES``.
WEIGHTS: Final = "face_landmark.tflite"
NUM_POINTS: Final = 468
#: Mesh indices that stand for the detector's nose tip, right ear and left ear.
NOSE_EARS: Final = (1, 234, 454)
#: Inner upper and lower lip: their middle stands for the mouth's centre.
LIPS: Final = (13, 14)


#: Faces of a frame that are measured, the largest, where nothing else is said.
MOST_FACES: Final = 8


class FaceMesh:
    """MediaPipe's face mesh on the luma plane, one LiteRT thread.

    The network was trained on colour; given luma in all three channels its points move by 0.4 %
    of the distance between the outer eye corners on the portrait (``bench/face_shape.py``), and
    luma costs nothing in a video frame. Not for two threads at once: one instance per stream.

    Args:
        min_size: faces whose box is smaller (longer side, pixels) are left unmeasured.
        min_presence: the network's own probability that it sees a face, 0..1; below, the face
            is left unmeasured.
        max_faces: at most so many faces per frame, the largest first; None for all.
        covering: also measure whether something covers the face.

    Raises:
        ConfigError: an option is out of range.
        ModelError: the weights are missing or not the known ones.
    """

    def __init__(
        self,
        *,
        min_size: float = 48,
        min_presence: float = 0.5,
        max_faces: int | None = MOST_FACES,
        covering: bool = False,
    ) -> None:
        if not 0 < min_presence < 1:
            raise ConfigError(f"min_presence must lie between 0 and 1. Received: {min_presence}.")
        if max_faces is not None and max_faces < 0:
            raise ConfigError(f"max_faces must not be negative. Received: {max_faces}.")
        self.min_size = min_size
        self.min_presence = min_presence
        self.max_faces = max_faces
        self.covering = covering
        #: Logit of the network that what it last looked at is a face.
        self.presence = float("nan")
        self._min_logit = float(np.log(min_presence / (1 - min_presence)))
        self._net = make_interpreter(read_weights(WEIGHTS))
        details = self._net.get_input_details()[0]
        self._input: int = details["index"]
        self.input_size = int(details["shape"][1])
        outputs = {int(d["shape"][-1]): d["index"] for d in self._net.get_output_details()}
        self._points, self._logit = outputs[NUM_POINTS * 3], outputs[1]

    def measure(self, frame: Frame, faces: Faces) -> Faces:
        """Fill pose, eye openness and measures; put the eye keypoints where the mesh sees them.

        Rows without keypoints (Haar) get all six. Rows that are too small, beyond ``max_faces``,
        without a proper box or where the mesh sees no face keep their keypoints and have NaN
        pose, eyes and measures; no row is dropped.
        """
        poses = np.full((len(faces), 3), np.nan, np.float32)
        eyes = np.full((len(faces), 2), np.nan, np.float32)
        measures = np.full((len(faces), len(MEASURES)), np.nan, np.float32)
        covers = np.full(len(faces), np.nan, np.float32)
        keypoints = faces.keypoints.copy()
        for row in self._rows(faces):
            luma, box = frame.luma(), faces.boxes[row]
            mesh = self.locate(luma, box, keypoints[row])
            if mesh is not None and not np.isfinite(keypoints[row, :2]).all():
                # An upright square shows a tilted head too straight: look again along its eyes.
                mesh = self.locate(luma, box, _keypoints_of(mesh))
            if mesh is None:
                continue
            rotation = head_rotation(mesh)
            poses[row], eyes[row] = angles_of(rotation), measure_eyes(mesh)
            measures[row] = [*measure_face(mesh, rotation), *iris_contrasts(luma, mesh)]
            found = _keypoints_of(mesh)
            if self.covering:
                covers[row] = measure_cover(luma, found, self.presence)
            keypoints[row] = np.where(np.isfinite(keypoints[row]), keypoints[row], found)
            keypoints[row, :2] = found[:2]
        return faces.with_(
            poses=poses, eye_openness=eyes, measures=measures, covers=covers, keypoints=keypoints
        )

    def locate(self, luma: ImageArray, box: FloatArray, keypoints: FloatArray) -> FloatArray | None:
        """The mesh of one face.

        Args:
            luma: (H, W) uint8; (H, W, 3) RGB works as well.
            box: (4,) x1 y1 x2 y2 pixels.
            keypoints: (6, 2) pixels, NaN where unknown; the eyes say how the face is turned.

        Returns:
            (468, 3) float32: x, y in pixels of the frame, depth in the same unit, growing away
            from the camera, relative to the head's centre; None where no face is seen.
        """
        region = region_of(box, keypoints)
        if region is None:
            return None
        crop = self._crop(luma, region)
        self._net.set_tensor(self._input, crop)
        self._net.invoke()
        self.presence = float(self._net.get_tensor(self._logit).ravel()[0])
        if not self.presence >= self._min_logit:
            return None
        points = self._net.get_tensor(self._points).reshape(NUM_POINTS, 3)
        return region.to_frame(points, self.input_size)

    def _crop(self, luma: ImageArray, region: Region) -> FloatArray:
        """(1, S, S, 3) float32 in 0..1; the border is replicated."""
        size = self.input_size
        crop = cv2.warpAffine(
            luma,
            region.to_crop(size),
            (size, size),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        scaled = np.multiply(crop, np.float32(1 / 255), dtype=np.float32)
        if scaled.ndim == 2:  # after scaling, which then has a third of the work
            scaled = np.asarray(cv2.cvtColor(scaled, cv2.COLOR_GRAY2RGB), np.float32)
        return np.asarray(scaled[None], np.float32)

    def _rows(self, faces: Faces) -> list[int]:
        """The rows to measure, the largest first."""
        sizes = faces.sizes
        order = np.argsort(-sizes, kind="stable")
        return [int(row) for row in order if sizes[row] >= self.min_size][: self.max_faces]


def _keypoints_of(mesh: FloatArray) -> FloatArray:
    """(6, 2) float32 in the order of ``types.KEYPOINTS``."""
    nose, *ears = mesh[list(NOSE_EARS), :2]
    mouth = mesh[list(LIPS), :2].mean(0)
    return np.stack([*eye_centers(mesh), nose, mouth, *ears])
