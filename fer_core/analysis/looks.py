"""How a file is looked at, where a first look found it on its side, or its faces too small."""

from dataclasses import dataclass
from typing import Final

_NAMES: Final = {
    1: "a quarter turn to the left",
    2: "half a turn",
    3: "a quarter turn to the right",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What is done besides what was asked for.

    Attributes:
        turns: quarter turns to the left, 0 to 3.
        small: small faces are looked for, which so many frames of a sample hold; 0: they are not.
        sample: frames of the sample.
    """

    turns: int = 0
    small: int = 0
    sample: int = 0

    def text(self, kind: str) -> str:
        """The sentence that says so, of a ``picture`` or ``video``; empty where nothing is."""
        if self.turns:
            return (
                f"Faces did not stand upright, so the whole {kind} was given {_NAMES[self.turns]}."
            )
        if self.small:
            return (
                f"No face was found at first, but {self.small} of {self.sample} frames hold small "
                "ones: they were looked for in a second pass, as with --small-faces."
            )
        return ""


class LookAgainError(Exception):
    """Begin again with another look; caught by the engine."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.look = look
