"""Changes to a set, and what became of an action on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fer_core.studio.rows import FaceRow


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


def relabel(
    rows: list[FaceRow],
    wanted: Mapping[str, Change],
    has_emotion: bool,
    has_rejected: bool,
    only: Iterable[str] | None,
) -> list[Change]:
    """Change ``rows`` in place as ``wanted`` says of their files; how they were before.

    Args:
        has_emotion, has_rejected: which of the two a change says anything of.
        only: the participants whose faces may be changed; None for all.
    """
    allowed = None if only is None else set(only)
    before: list[Change] = []
    for index, row in enumerate(rows):
        change = wanted.get(row.file)
        if change is None or (allowed is not None and row.participant not in allowed):
            continue
        before.append(Change(row.file, row.emotion, row.is_rejected))
        rows[index] = replace(
            row,
            emotion=change.emotion if has_emotion else row.emotion,
            is_rejected=change.is_rejected if has_rejected else row.is_rejected,
        )
    return before
