"""What a person agrees to, word for word, in a version of its own. Pure.

The text follows from the purpose that the owner chose: a new choice is a new version, which is
asked for anew.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fer_core.config import settings
from fer_core.storage.choices import SHARED_PURPOSES, get_choice

#: Raised with every change of the wording below.
WORDING = 3

PURPOSE_NAMES = {
    "self": "Self-view: everybody sees only themselves",
    "medical_or_safety": "Medical or safety",
    "research": "Research",
    "permitted_here": "Permitted here",
}

LAW = (
    "In the European Union, inferring emotions of people at work or in education is prohibited "
    "except for medical or safety reasons (Regulation 2024/1689, Art. 5(1)(f)). Your consent does "
    "not lift this."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for now.

    Attributes:
        purpose: one of ``choices.PURPOSES``.
        details: what the owner said with it.
        version: of the text, with the owner's choice.
        k: people in an aggregate, at least.
        retention_days: after which everything is deleted.
    """

    purpose: str
    details: dict[str, Any]
    version: str
    k: int
    retention_days: int

    @classmethod
    def of(
        cls, value: dict[str, Any] | None, number: int, *, k: int, retention_days: int
    ) -> "Terms":
        """Terms from the owner's newest choice and its number; None and 0 where there is none."""
        chosen = dict(value or {"purpose": "self"})
        purpose = str(chosen.pop("purpose"))
        return cls(purpose, chosen, f"{WORDING}.{number}", k, retention_days)

    @classmethod
    def present(cls, session: Session) -> "Terms":
        """Those in force now."""
        choice, chosen = get_choice(session, key="purpose"), settings()
        return cls.of(
            choice.value if choice else None,
            choice.version if choice else 0,
            k=chosen.k_min,
            retention_days=chosen.retention_days,
        )

    @property
    def agreed_to(self) -> tuple[str, str]:
        """Purpose and version, as they stand with a consent."""
        return self.key, self.version

    @property
    def key(self) -> str:
        """The name of the purpose under which consents are kept."""
        return f"wellbeing/{self.purpose}"

    @property
    def is_shared(self) -> bool:
        """Whether others see aggregates."""
        return self.purpose in SHARED_PURPOSES

    @property
    def text(self) -> str:
        """The text, as it is kept and hashed."""
        return self.written(str)

    def written(self, escape: Callable[[str], str]) -> str:
        """The text as Markdown, with the owner's own words made harmless by ``escape``."""
        return "\n\n".join(f"**{head}** {body}" for head, body in self._parts(escape))

    def _parts(self, escape: Callable[[str], str]) -> list[tuple[str, str]]:
        return [
            (
                "What is stored?",
                "Under your pseudonym, one row per second of a check-in: how strongly your face "
                "showed each of seven expressions, whether it was in view, turned to the camera, "
                "and its eyes open; the result you were shown, whether your face moved as no "
                "still picture does, and notes you write. Never a picture: your own device looks "
                "at it and sends these numbers only, or, where you start over the server, frames "
                "travel there, are analysed in memory and are gone.",
            ),
            ("Why?", self._why(escape)),
            (
                "How long?",
                f"{self.retention_days} days; then it is deleted by itself. You can export, "
                "withdraw and erase at any time under My history; erasing is complete and at once.",
            ),
            ("Who sees it?", self._who()),
            (
                "What does it say?",
                "What a face displays, not what you feel. The rule is a choice of this project "
                "and no medical finding. Taking part is up to you.",
            ),
            ("The law.", LAW),
        ]

    def _why(self, escape: Callable[[str], str]) -> str:
        yours = "So that you can follow your own course over days."
        said = "; ".join(escape(one) for one in self.details.values() if isinstance(one, str))
        ours = {
            "medical_or_safety": "The purpose is medical or safety",
            "research": "The purpose is research, approved by an ethics board",
            "permitted_here": "The owner of this server confirmed that the law of this place "
            "permits it",
        }.get(self.purpose)
        return yours if ours is None else f"{yours} {ours}: {said}."

    def _who(self) -> str:
        if not self.is_shared:
            return (
                "Only you, with this browser. No manager sees anything of it, not even within an "
                "aggregate."
            )
        return (
            "Your results: only you, with this browser. Managers see figures of at least "
            f"{self.k} people together, from the day after on, never you alone and no name."
        )


def make_receipt(
    terms: Terms, *, pseudonym: str, receipt: str, given_at: datetime, team: str | None
) -> str:
    """The receipt as text, to keep."""
    plain_text = terms.text.replace("**", "")
    digest = hashlib.sha256(terms.text.encode()).hexdigest()
    lines = [
        "Receipt of a consent, Mien, Wellbeing page",
        f"Receipt number: {receipt}",
        f"Pseudonym: {pseudonym}",
        f"Team: {team or 'none'}",
        f"Given: {given_at:%Y-%m-%d %H:%M:%S %z}",
        f"Purpose: {PURPOSE_NAMES[terms.purpose]}",
        f"Version of the text: {terms.version}",
        f"SHA-256 of the text: {digest}",
        "",
        plain_text,
    ]
    return "\n".join(lines) + "\n"
