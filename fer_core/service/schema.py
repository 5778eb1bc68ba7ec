"""What answers look like, for the OpenAPI page; the values are those of the command line."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fer_core.types import MEASURES


class Face(BaseModel):
    """One face of a picture."""

    box: tuple[float, float, float, float] = Field(
        description="x1 y1 x2 y2 in pixels of the upright picture"
    )
    score: float = Field(description="the detector's confidence, 0 to 1")
    label: str = Field(description="the expression, or unsure")
    probs: dict[str, float] = Field(description="of the seven expressions; they sum to 1")
    valence: float = Field(description="happy minus the strongest negative, -1 to 1")
    pleasure: float = Field(description="on the circumplex, -1 to 1")
    arousal: float = Field(description="on the circumplex, -1 to 1")
    measures: dict[str, float] | None = Field(
        None, description=f"of the face, where it is large enough: {', '.join(MEASURES)}"
    )


class Prediction(BaseModel):
    """What was found in a picture: its size in pixels, and its faces."""

    width: int
    height: int
    faces: list[Face]
    note: str | None = Field(None, description="something to know about the file")


class Analysis(BaseModel):
    """A video under way, or ended."""

    model_config = ConfigDict(extra="forbid")

    id: str
    phase: Literal["uploading", "waiting", "running", "done", "failed", "cancelled"]
    share: float = Field(description="how much is done, 0 to 1")
    left_s: float | None = Field(None, description="estimated seconds to the end")
    error: str | None = Field(None, description="why it failed")
    warning: str | None = Field(None, description="what of the file could not be read")
    note: str | None = Field(None, description="something to know about the file")


class Problem(BaseModel):
    """Why a request was refused, or failed."""

    error: str = Field(description="what was wrong, what was received, what to do")
