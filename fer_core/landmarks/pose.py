"""Head pose from the mesh's own three dimensions.

Signs, for the picture as the camera gives it (x right, y down, not mirrored), in degrees:

- **yaw** > 0: the face is turned to the right edge of the picture (the subject's own left);
- **pitch** > 0: the face looks up;
- **roll** > 0: the head is tilted clockwise as seen in the picture.

Mirroring the picture flips yaw and roll and keeps pitch. All are 0 for the mean face of
FER-2013's training pictures, which is how people look at a camera.

Method: the rotation that carries the rigid part of an average face (``face_shape``) to the
measured points with the least squared error, after removing position and size (orthogonal
Procrustes; Kabsch 1976, Acta Crystallographica A32; Umeyama 1991, IEEE TPAMI 13(4), gives the
determinant's sign). The rotation is read as ``Rz(roll) Ry(-yaw) Rx(-pitch)``: turning the
picture changes roll alone. The mesh's depth is a weak-perspective estimate, so angles beyond
about 40 degrees are too small.
"""

import numpy as np
from numpy.typing import NDArray

from fer_core.landmarks.face_shape import RIGID_INDICES, RIGID_SHAPE
from fer_core.types import FloatArray

Matrix = NDArray[np.float64]


def fit_rotation(source: Matrix, target: Matrix) -> Matrix:
    """The rotation (3, 3) with the least ``|R source - target|`` after centring and scaling.

    Args:
        source, target: (M, 3) float64, M >= 3 points that do not lie on one line.
    """
    a, b = source - source.mean(0), target - target.mean(0)
    u, _, vt = np.linalg.svd(b.T @ a)
    sign = 1.0 if np.linalg.det(u @ vt) > 0 else -1.0
    return np.asarray(u @ np.diag([1.0, 1.0, sign]) @ vt, np.float64)


def rotation_of(yaw: float, pitch: float, roll: float) -> Matrix:
    """Rotation (3, 3) of a head with these angles in degrees: the inverse of ``angles_of``."""
    y, p, r = np.radians([-yaw, -pitch, roll])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x, np.float64)


def angles_of(rotation: Matrix) -> tuple[float, float, float]:
    """yaw (-90..90), pitch and roll (-180..180) in degrees of a rotation (3, 3)."""
    yaw = np.arcsin(np.clip(rotation[2, 0], -1, 1))
    pitch = -np.arctan2(rotation[2, 1], rotation[2, 2])
    roll = np.arctan2(rotation[1, 0], rotation[0, 0])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def head_rotation(mesh: FloatArray | Matrix) -> Matrix:
    """The rotation (3, 3) of the head of a mesh (468, 3) in frame coordinates, depth away."""
    return fit_rotation(RIGID_SHAPE, np.asarray(mesh, np.float64)[RIGID_INDICES])


def measure_pose(mesh: FloatArray) -> tuple[float, float, float]:
    """yaw, pitch, roll in degrees of a mesh (468, 3) in frame coordinates, depth away."""
    return angles_of(head_rotation(mesh))
