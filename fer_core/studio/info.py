"""``set.json``: what a recorded set is, until when it is kept, who agreed, what learned from it."""

import secrets
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fer_core.errors import DataError, InputError
from fer_core.studio.consent import CONSENT_VERSION, LATEST_S, RecordingConsent
from fer_core.studio.cutting import Detector
from fer_core.studio.rows import PSEUDONYM_PATTERN
from fer_core.text import fold_name

INFO_NAME: Final = "set.json"
DAY_S: Final = 86_400

Pseudonym = Annotated[str, StringConstraints(pattern=r"^\w(?:[\w .-]{0,38}\w)?$")]


class Participant(BaseModel):
    """One person of a set, known by pseudonym. ``consents`` has the oldest first."""

    model_config = ConfigDict(extra="forbid")

    is_minor: bool = False
    consents: list[RecordingConsent] = Field(min_length=1, max_length=100)


class TrainedModel(BaseModel):
    """A model that learned from the set, and whose pictures it saw."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")
    at_s: int = Field(ge=0)
    participants: list[Pseudonym]


class SetInfo(BaseModel):
    """What is known of a set beside its faces.

    Attributes:
        id: random, stays with the set when it is exported.
        title: as its maker typed it.
        created_s, until_s: UTC seconds; from ``until_s`` on the set is purged.
        next_take: number of the next recording.
    """

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    id: str = Field(default_factory=lambda: secrets.token_hex(8), pattern=r"^[0-9a-f]{16}$")
    title: str = Field(min_length=1, max_length=40)
    created_s: int = Field(ge=0, lt=LATEST_S)
    until_s: int = Field(ge=0, lt=LATEST_S)
    detector: Detector = "short"
    next_take: int = Field(1, ge=1, lt=10**9)
    participants: dict[Pseudonym, Participant] = Field(default_factory=dict)
    trained: list[TrainedModel] = Field(default_factory=list)

    def is_over(self, now_s: int) -> bool:
        """Whether the set has to go."""
        return now_s >= self.until_s

    def find_alike(self, pseudonym: str) -> str | None:
        """A participant whose pseudonym looks like this one."""
        folded = fold_name(pseudonym)
        return next((name for name in self.participants if fold_name(name) == folded), None)

    def consent_of(self, participant: str) -> str:
        """Version of the present text that a participant agreed to.

        Raises:
            InputError: no such participant, or they agreed to an older text only.
        """
        person = self.participants.get(participant)
        if person is None:
            raise InputError(f"There is no participant {participant!r}: ask for consent first.")
        version = person.consents[-1].version
        if version != CONSENT_VERSION:
            raise InputError(
                f"{participant!r} agreed to an older text ({version}): erase the participant, or "
                "record under a new pseudonym with a new consent."
            )
        return version

    def find_receipt(self, receipt: str) -> str | None:
        """The participant with this receipt."""
        for name, person in self.participants.items():
            # Compared in constant time: a receipt is a key.
            if any(secrets.compare_digest(c.receipt, receipt.strip()) for c in person.consents):
                return name
        return None


def read_info(path: Path) -> SetInfo:
    """The ``set.json`` at ``path``.

    Raises:
        DataError: it is missing or does not say what it must.
    """
    try:
        return parse_info(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read, so this is no recorded set: {error}.") from error


def parse_info(text: str, where: str) -> SetInfo:
    """The content of a ``set.json``.

    Raises:
        DataError: it does not say what it must.
    """
    try:
        return SetInfo.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "it"
        raise DataError(f"{where} is damaged: {place}: {first['msg']}.") from error


def check_pseudonym(text: str) -> str:
    """A pseudonym as it is kept.

    Raises:
        DataError: empty, too long, or with characters that may not stand in it.
    """
    name = " ".join(text.split())
    if not PSEUDONYM_PATTERN.match(name):
        raise DataError(
            "A pseudonym has 1 to 40 letters and digits, with spaces, dots or hyphens between "
            f"them. Received: {text[:60]!r}."
        )
    return name
