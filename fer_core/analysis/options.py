"""How files are analysed and what is written; travels as JSON to other processes."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from fer_core.analysis.markup import Markup
from fer_core.errors import ConfigError
from fer_core.temporal import FILTERS
from fer_core.text import mark

#: Format -> what it is, as the command and the page name it.
FORMATS: Final[dict[str, str]] = {
    "csv": mark("tables, one row per face and frame and one per person and second"),
    "json": mark("a document (people, measures, episodes, seconds), and the rows by frame"),
    "parquet": mark("the tables of csv, for data frames"),
    "vtt": mark("WebVTT subtitles"),
    "eaf": mark("ELAN annotations"),
    "html": mark("a report in one file"),
}


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What is chosen for a run.

    Attributes:
        model, detector: by name.
        every_s: seconds between analysed frames of a video; None analyses every frame.
        formats: keys of ``FORMATS``, without repetition.
        annotate: also write a copy with boxes and labels (MP4 with its sound, or PNG).
        blur: faces are made unrecognisable in all that shows pictures.
        pose: also measure head pose and eyes, for the table by the second.
        measures: also two tables of measures of each face, by frame and by second; slower.
        small_faces: search videos for small faces too (pictures always are); slower.
        tilted: look for faces that are tilted by more than 45 degrees too; slower.
        smooth_s: time constant of plain smoothing; 0 takes every frame by itself.
        filter: key of ``temporal.FILTERS``, what steadies a face over time in videos.
        markup: spans, markers and people of videos; None for none.
        turns: quarter turns to the left, 0 to 3, that a file is looked at with; the engine sets
            them for a file that lies on its side or stands on its head.

    Raises:
        ConfigError: a value is impossible.
    """

    model: str = "default"
    detector: str = "short"
    every_s: float | None = None
    formats: tuple[str, ...] = ("csv",)
    annotate: bool = False
    blur: bool = False
    pose: bool = False
    measures: bool = False
    small_faces: bool = False
    tilted: bool = False
    smooth_s: float = 0.3
    filter: str = "plain"
    markup: Markup | None = None
    turns: int = 0

    def __post_init__(self) -> None:
        unknown = [name for name in self.formats if name not in FORMATS]
        if unknown:
            raise ConfigError(
                f"There is no format {unknown[0]!r}: choose from {', '.join(FORMATS)}."
            )
        object.__setattr__(self, "formats", tuple(dict.fromkeys(self.formats)))
        if self.every_s is not None and not 0 < self.every_s < math.inf:
            raise ConfigError(f"every must be above 0 seconds. Received: {self.every_s}.")
        if not 0 <= self.smooth_s < math.inf:
            raise ConfigError(f"smooth must be 0 seconds or more. Received: {self.smooth_s}.")
        if self.filter not in FILTERS:
            raise ConfigError(
                f"There is no filter {self.filter!r}: choose from {', '.join(FILTERS)}."
            )
        if not self.formats and not self.annotate:
            raise ConfigError("Nothing would be written: choose a format or the annotated copy.")

        if self.markup is not None and self.markup.changes_people and self.filter == "recurrent":
            raise ConfigError(
                "Merging or dropping people and neutral spans need the filter plain or markov: "
                "recurrent works on what is not kept of a face."
            )

    @property
    def hold_s(self) -> float:
        """What was found is drawn for so long after its frame."""
        return max(0.5, 1.5 * (self.every_s or 0.0))

    @property
    def expiry_s(self) -> float:
        """What a face showed steadies it for so long: three analysed frames at least."""
        return max(1.5, 3.0 * (self.every_s or 0.0))

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        markup = None if self.markup is None else self.markup.to_dict()
        return asdict(self) | {"formats": list(self.formats), "markup": markup}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Options from ``to_dict``'s values."""
        markup = values.get("markup")
        return cls(
            **{
                **values,
                "formats": tuple(values["formats"]),
                "markup": None if markup is None else Markup.from_dict(markup),
            }
        )

    @property
    def digest(self) -> str:
        """Equal for equal options."""
        chosen = {name: value for name, value in self.to_dict().items() if name != "turns"}
        text = json.dumps(chosen, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
