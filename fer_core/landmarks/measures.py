"""Lengths on a face, from the mesh, in units of the distance between its eyes.

They are measures and not action units: an action unit of FACS is a muscle's work, scored by a
trained coder from A to E against the same person's neutral face. A length in one frame has no
neutral face to compare with, and several muscles may change it; so no number here is called AU.

The head's rotation (``pose``) is undone first, in three dimensions, so that "up" is the head's own
and a turned face is not narrower. Unit: the distance between the centres of the eyes (the means of
their six contour points), which no expression changes. Right and left are the subject's own.

=================  ================================================================================
brow_height        from the centre of the eye up to the middle of the brow's lower edge
lid_opening        mean of three distances between upper and lower lid (the two of the eye aspect
                   ratio of Soukupova and Cech 2016, see ``eyes``, and the middle one)
mouth_width        between the corners of the mouth
mouth_opening      between the inner edges of the lips, in the middle
corner_height      of a corner above the middle of the lips' inner edges; below 0: the corner hangs
jaw_drop           from the base of the nose down to the chin
asymmetry          mean difference between right and left of brow, lid and corner, without a sign
=================  ================================================================================

``iris_contrast`` stands beside them: it comes from the picture (``iris``), and has no unit.

Such distances between landmarks, relative to the eyes', are what geometric methods of facial coding
work from (Tian, Kanade and Cohn 2001, "Recognizing action units for facial expression analysis",
IEEE TPAMI 23(2), permanent features; Pantic and Rothkrantz 2004, IEEE SMC-B 34(3)). How far each
errs when the picture is mirrored, jittered or the head turned: ``bench measures``.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.landmarks.eyes import LEFT_EYE, RIGHT_EYE
from fer_core.landmarks.pose import head_rotation
from fer_core.types import MEASURES, FloatArray

#: Lower edge of the brows, the middle three of five points, right and left.
BROWS: Final = np.array([[53, 52, 65], [283, 282, 295]])
_EYES: Final = np.array([RIGHT_EYE, LEFT_EYE])
#: Pairs of points whose distance counts: three of each eye's lids, the mouth's corners, its lips.
UPPER: Final = np.array([160, 159, 158, 387, 386, 385, 61, 13])
LOWER: Final = np.array([144, 145, 153, 373, 374, 380, 291, 14])
CORNERS: Final = np.array([61, 291])
INNER_LIPS: Final = np.array([13, 14])
NOSE_BASE: Final = 2
CHIN: Final = 152
#: The measures that are lengths; the others are ``iris``' two.
NUM_LENGTHS: Final = len(MEASURES) - 2


def measure_face(
    mesh: FloatArray, rotation: NDArray[np.float64] | None = None
) -> NDArray[np.float32]:
    """(NUM_LENGTHS,) float32, the first of ``types.MEASURES``; NaN where the eyes lie on one spot.

    Args:
        mesh: (468, 3) in frame coordinates, depth away.
        rotation: (3, 3) of the head, where it is known already (``pose.head_rotation``).
    """
    turn = head_rotation(mesh) if rotation is None else rotation
    # Rows times the rotation is its inverse applied: the face looks ahead.
    points = np.asarray(mesh, np.float64) @ turn
    eyes = points[_EYES].mean(1)
    unit = float(np.linalg.norm(eyes[1] - eyes[0]))
    if not unit > 0:
        return np.full(NUM_LENGTHS, np.nan, np.float32)
    up = points[:, 1] / -unit
    apart = np.linalg.norm(points[UPPER] - points[LOWER], axis=1) / unit
    brows = up[BROWS].mean(1) + eyes[:, 1] / unit
    lids = apart[:6].reshape(2, 3).mean(1)
    corners = up[CORNERS] - up[INNER_LIPS].mean()
    jaw = up[NOSE_BASE] - up[CHIN]
    pairs = np.stack([brows, lids, corners])
    asymmetry = np.abs(pairs[:, 0] - pairs[:, 1]).mean()
    values = [*brows, *lids, apart[6], apart[7], *corners, jaw, asymmetry]
    return np.array(values, np.float32)
