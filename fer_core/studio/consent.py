"""What a participant agrees to before a picture is stored, and the receipt of it."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from fer_core.errors import InputError
from fer_core.text import Sentence, clean_name, mark

#: Of the text below; a new text gets a new version, and who agreed to the old one is asked again.
CONSENT_VERSION: Final = "2026-11-1"
#: Times lie before the year 10000 (UTC seconds): no calendar has later ones.
LATEST_S: Final = 253_402_300_800

_TEXT: Final = mark(
    "I agree that pictures of my face are recorded for the data set '{name}', together with the "
    "expression I show, the time, and my pseudonym. They are kept on this server until "
    "{until} at the latest and are used to train and measure models that name expressions. "
    "Whoever runs this server, and whoever it gives the set to, can see them. "
    "I may stop at any time, and have all my pictures erased with the number of my receipt; "
    "models trained before stay, and are named to me."
)


class RecordingConsent(BaseModel):
    """What one participant agreed to.

    Attributes:
        version: of the text; text_sha256: of the text as it was shown.
        receipt: random; whoever has it may see and erase the participant's pictures.
        given_s: UTC seconds.
        guardian: who agreed for a minor; None for adults.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = Field(min_length=1, max_length=40, pattern=r"^[\w.-]+$")
    text_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    receipt: str = Field(pattern=r"^[0-9a-f]{16}$")
    given_s: int = Field(ge=0, lt=LATEST_S)
    guardian: str | None = Field(None, max_length=40)


def day_text(time_s: int) -> str:
    """The day of UTC seconds, such as ``2026-12-21``."""
    return datetime.fromtimestamp(time_s, UTC).date().isoformat()


def consent_text(name: str, until_s: int) -> Sentence:
    """The text a participant sees, for the set ``name`` kept until ``until_s`` (UTC seconds)."""
    return Sentence(_TEXT, name=name, until=day_text(until_s))


def make_consent(
    name: str,
    until_s: int,
    *,
    now_s: int,
    is_minor: bool = False,
    guardian: str | None = None,
    text: str | None = None,
) -> RecordingConsent:
    """Record that somebody agreed now.

    Args:
        name: of the set; until_s: until when it is kept, UTC seconds.
        now_s: UTC seconds.
        is_minor, guardian: whether somebody else must agree too, and who did.
        text: as it was read, where that was not English.

    Raises:
        InputError: a minor without a guardian who agreed.
    """
    who = None
    if is_minor:
        if not (guardian or "").strip():
            raise InputError(
                mark("A minor is recorded only with their guardian's consent: type who gave it.")
            )
        who = clean_name(guardian or "", noun="guardian's name")
    read = text or consent_text(name, until_s)
    return RecordingConsent(
        version=CONSENT_VERSION,
        text_sha256=hashlib.sha256(read.encode()).hexdigest(),
        receipt=secrets.token_hex(8),
        given_s=now_s,
        guardian=who,
    )
