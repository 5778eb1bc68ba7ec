"""What a visitor chose, with everything that was read for it."""

from dataclasses import dataclass, field

from fer_core.app.parts.blocks import line_style
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry, set_title
from fer_core.evaluation.claims import Published

#: What is drawn for comparison only: models that are not chosen, figures of others.
REST_COLOR = "#9A9AA8"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The selection.

    Attributes:
        chosen: models and runs, in the order of choice.
        everything: all that there is.
        key: set and split, such as ``fer2013_private_test``.
        scorings: by name, those of ``chosen`` that were scored on ``key``.
        problems: by name, why one of ``chosen`` has no scoring.
        focus: the model that single-model panels show; None if none of ``chosen`` was scored.
        published: claims of others; None where the file is damaged.
        notes: problems of files that belong to no one model.
    """

    chosen: tuple[Entry, ...]
    everything: tuple[Entry, ...]
    key: str
    scorings: dict[str, Scoring]
    problems: dict[str, str] = field(default_factory=dict)
    focus: Entry | None = None
    published: Published | None = None
    notes: tuple[str, ...] = ()

    @property
    def scored(self) -> tuple[Entry, ...]:
        """Those of ``chosen`` that have a scoring."""
        return tuple(entry for entry in self.chosen if entry.name in self.scorings)

    @property
    def scoring(self) -> Scoring:
        """That of ``focus``."""
        assert self.focus is not None
        return self.scorings[self.focus.name]

    @property
    def set_title(self) -> str:
        """The set and split in words."""
        return set_title(self.key)

    def place(self, entry: Entry) -> int:
        """Place in the selection, which decides the look of its lines."""
        return [other.name for other in self.chosen].index(entry.name)

    def color(self, entry: Entry) -> str:
        """That of a model, the same in every panel; grey for one that is not chosen."""
        if entry.name not in {other.name for other in self.chosen}:
            return REST_COLOR
        return str(line_style(self.place(entry))["color"])
