"""Reactions to a clip: what viewers' faces showed against the clip's time, and only together.

``course`` brings a stream's seconds onto the clip's time and lays viewers over each other,
``shelf`` keeps clips and what viewers gave, ``export`` writes files.
"""

from fer_core.reactions.course import Course, Heard, Mark, Overlay, course_of, marks_of, overlay
from fer_core.reactions.shelf import Clip, Shelf

__all__ = [
    "Clip",
    "Course",
    "Heard",
    "Mark",
    "Overlay",
    "Shelf",
    "course_of",
    "marks_of",
    "overlay",
]
