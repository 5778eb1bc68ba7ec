"""Reactions to a clip: what viewers' faces showed against the clip's time, and only together.

``course`` brings a stream's seconds onto the clip's time and lays viewers over each other,
``study`` leads a viewer through several clips, ``contrast`` compares their conditions, ``shelf``
and ``study_shelf`` keep clips, studies and what viewers gave, ``export`` writes files.
"""

from fer_core.reactions.course import (
    Heard,
    Mark,
    Overlay,
    ReactionCourse,
    course_of,
    marks_of,
    overlay,
)
from fer_core.reactions.shelf import Shelf, StimulusClip
from fer_core.reactions.study import Study, StudyItem, Take
from fer_core.reactions.study_shelf import StudyShelf

__all__ = [
    "Heard",
    "Mark",
    "Overlay",
    "ReactionCourse",
    "Shelf",
    "StimulusClip",
    "Study",
    "StudyItem",
    "StudyShelf",
    "Take",
    "course_of",
    "marks_of",
    "overlay",
]
