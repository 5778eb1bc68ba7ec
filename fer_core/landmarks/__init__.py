"""Face mesh: eyes, head pose and eye openness of each face."""

from fer_core.landmarks.mesh import FaceMesh
from fer_core.landmarks.pose import measure_pose

__all__ = ["FaceMesh", "measure_pose"]
