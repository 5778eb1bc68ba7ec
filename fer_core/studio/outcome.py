"""What became of an action on a set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a take: faces kept, and those too like another one."""

    kept: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Change:
    """How a face was labelled before, to undo it."""

    file: str
    emotion: str
    is_rejected: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away, and the models that learned from it."""

    pictures: int
    models: tuple[str, ...]
