"""What a participant agrees to before a picture is stored, and the receipt of it."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from fer_core.errors import InputError
from fer_core.text import clean_name

#: Of the text below; a new text gets a new version, and who agreed to the old one is asked again.
CONSENT_VERSION: Final = "2026-11-1"
#: Times lie before the year 10000 (UTC seconds): no calendar has later ones.
LATEST_S: Final = 253_402_300_800

_TEXT: Final = (
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


def consent_text(name: str, until_s: int) -> str:
    """The text a participant sees, for the set ``name`` kept until ``until_s`` (UTC seconds)."""
    return _TEXT.format(name=name, until=day_text(until_s))


def make_consent(
    name: str, until_s: int, *, now_s: int, is_minor: bool = False, guardian: str | None = None
) -> RecordingConsent:
    """Record that somebody agreed now.

    Raises:
        InputError: a minor without a guardian who agreed.
    """
    who = None
    if is_minor:
        if not (guardian or "").strip():
            raise InputError(
                "A minor is recorded only with their guardian's consent: type who gave it."
            )
        who = clean_name(guardian or "", noun="guardian's name")
    text = consent_text(name, until_s)
    return RecordingConsent(
        version=CONSENT_VERSION,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        receipt=secrets.token_hex(8),
        given_s=now_s,
        guardian=who,
    )


def receipt_text(name: str, until_s: int, pseudonym: str, consent: RecordingConsent) -> str:
    """The receipt as a text file for the participant."""
    lines = [
        "Receipt of a consent, data set studio of Mien",
        "",
        f"Receipt      {consent.receipt}",
        f"Pseudonym    {pseudonym}",
        f"Data set     {name}",
        f"Given        {datetime.fromtimestamp(consent.given_s, UTC):%Y-%m-%d %H:%M} UTC",
        f"Kept until   {day_text(until_s)}",
        f"Text         version {consent.version}, sha256 {consent.text_sha256}",
    ]
    if consent.guardian:
        lines.append(f"Guardian     {consent.guardian}")
    lines += [
        "",
        consent_text(name, until_s),
        "",
        "To see or erase your pictures: open the Data set page, 'I have a receipt', and type the",
        "number above. Keep it: it is written nowhere else that you could look it up.",
    ]
    return "\n".join(lines) + "\n"
