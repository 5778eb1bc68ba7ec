"""What others publish (``claims.toml``), and where the figure beside it is read from."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fer_core.errors import DataError
from fer_core.evaluation.catalog import Entry

CLAIMS = Path(__file__).with_name("claims.toml")

Fraction = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Claim(_Part):
    """One published figure. ``set`` is empty where it was measured on another set."""

    system: str
    figure: Fraction
    set: str = ""
    against: Literal["labels", "ferplus"] = "labels"
    protocol: str
    leaky: bool
    source: str


class UsualRecall(_Part):
    """Range of the recall of a class over what the field uses."""

    emotion: str = Field(alias="class")
    low: Fraction
    high: Fraction


class Measured(_Part):
    """Where a figure of ours is read from."""

    label: str
    origin: Literal["results", "validation", "history"] = Field(alias="from")
    set: str = ""
    column: str = ""
    leaky: bool = False

    def read(self, entry: Entry) -> tuple[float, int | None] | None:
        """The figure and the number of images it was measured on; None where there is none."""
        if self.origin == "results":
            row = entry.result(self.set)
            return None if row is None else (float(row["accuracy"]), int(row["n"]))
        if self.origin == "history":
            values = () if entry.history is None else entry.history.columns.get(self.column, ())
            return (values[-1], None) if values else None
        value = entry.export("validation", "int8", "accuracy")
        n = entry.export("validation", "int8", "n")
        return (float(value), n) if isinstance(value, float) else None


class TableRow(_Part):
    """A row of a published per-class table."""

    emotion: str = Field(alias="class")
    precision: Fraction
    recall: Fraction
    specificity: Fraction
    f1: Fraction
    accuracy: Fraction


class PublishedSystem(_Part):
    """A reproduced system: its claim, what is measured here, and why they differ."""

    title: str
    model: str
    claim: Fraction
    claim_text: str
    protocol: str
    why: str
    measured: tuple[Measured, ...]
    noted: tuple[str, ...] = ()
    table: tuple[TableRow, ...] = ()

    def entry(self, entries: Iterable[Entry]) -> Entry | None:
        """Its model, if it is here."""
        return next((entry for entry in entries if entry.name == self.model), None)


class Published(_Part):
    """``claims.toml`` as a whole."""

    claims: tuple[Claim, ...] = Field(alias="claim")
    usual_recalls: tuple[UsualRecall, ...] = Field(alias="usual_recall")
    systems: tuple[PublishedSystem, ...] = Field(alias="system")


def read_claims(path: Path = CLAIMS) -> Published:
    """Read the file.

    Raises:
        DataError: it is missing, or an entry does not say what it must.
    """
    try:
        return Published.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path.name} is damaged at {where}: {first['msg']}.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path.name} cannot be read ({error}): restore it from git.") from error
