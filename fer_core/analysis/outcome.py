"""What goes to a worker and what comes back: plain data that travels as JSON."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Kind = Literal["picture", "video"]


@dataclass(frozen=True, slots=True)
class Task:
    """One file to analyse.

    Attributes:
        file: its path, as the person gave it; the tables repeat it.
        kind: how it is opened.
        stem: first part of the names of all its results.
        shown: what tables and messages call it; ``file`` where empty.
    """

    file: str
    kind: Kind
    stem: str
    shown: str = ""

    @property
    def name(self) -> str:
        """What tables and messages call the file."""
        return self.shown or self.file

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file ended.

    Attributes:
        status: ``done``; ``partial`` where the file broke off and what came before was kept;
            ``failed`` where nothing was written.
        message: one sentence for ``partial`` and ``failed``.
        outputs: names of the files written.
        frames: analysed frames.
        faces: rows, one per face and analysed frame.
        people: tracked faces of a video, or faces of a picture.
        duration_s: time of the last frame.
        note: one sentence that helps, though nothing went wrong; or empty.
        coverage: one sentence about how much of a video's time a face could be used.
    """

    file: str
    stem: str
    status: Literal["done", "partial", "failed"]
    message: str = ""
    outputs: tuple[str, ...] = ()
    frames: int = 0
    faces: int = 0
    people: int = 0
    duration_s: float = 0.0
    note: str = ""
    coverage: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"outputs": list(self.outputs)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """An outcome from ``to_dict``'s values; unknown keys are left out."""
        known = {k: v for k, v in values.items() if k in cls.__dataclass_fields__}
        return cls(**{**known, "outputs": tuple(known.get("outputs", ()))})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a video is.

    Attributes:
        time_s: of the newest frame.
        duration_s: of the file; None where it does not tell.
        frames: read.
        bytes_share: how much of the file's bytes was read, 0..1.
    """

    time_s: float
    duration_s: float | None
    frames: int
    bytes_share: float = 0.0

    @property
    def share(self) -> float:
        """How much is done, 0..1: by time, or by bytes where the file tells no length."""
        if not self.duration_s:
            return self.bytes_share
        return min(1.0, self.time_s / self.duration_s)
