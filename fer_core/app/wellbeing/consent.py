"""What a person agrees to, word for word, in a version of its own.

The text follows from the purpose that the owner chose: a new choice is a new version, which is
asked for anew. A version says the same in every language; what is kept of a consent, its hash and
its receipt, is of the words that the person read.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fer_core.app.language.spoken import number, tr, tr_in
from fer_core.config import settings
from fer_core.storage.choices import SHARED_PURPOSES, get_choice
from fer_core.text import mark

#: Raised with every change of the wording below.
WORDING = 3

PURPOSE_NAMES = {
    "self": mark("Self-view: everybody sees only themselves"),
    "medical_or_safety": mark("Medical or safety"),
    "research": mark("Research"),
    "permitted_here": mark("Permitted here"),
}

LAW = mark(
    "In the European Union, inferring emotions of people at work or in education is prohibited "
    "except for medical or safety reasons (Regulation 2024/1689, Art. 5(1)(f))."
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
        """The text in the visitor's language, as it is kept and hashed."""
        return self.written(str)

    def written(self, escape: Callable[[str], str]) -> str:
        """The text as Markdown, with the owner's own words made harmless by ``escape``."""
        return "\n\n".join(f"**{head}** {body}" for head, body in self._parts(escape))

    def _parts(self, escape: Callable[[str], str]) -> list[tuple[str, str]]:
        return [
            (
                tr("What is stored?"),
                tr(
                    "Under your pseudonym, one row per second of a check-in: how strongly your "
                    "face showed each of seven expressions, whether it was in view, turned to the "
                    "camera, and its eyes open; the result you were shown, whether your face "
                    "moved as no still picture does, and notes you write. Never a picture: your "
                    "own device looks at it and sends these numbers only, or, where you start "
                    "over the server, frames travel there, are analysed in memory and are gone."
                ),
            ),
            (tr("Why?"), self._why(escape)),
            (
                tr("How long?"),
                tr(
                    "{days} days; then it is deleted by itself. You can export, withdraw and "
                    "erase at any time under My history; erasing is complete and at once."
                ).format(days=number(self.retention_days)),
            ),
            (tr("Who sees it?"), self._who()),
            (
                tr("What does it say?"),
                tr(
                    "What a face displays, not what you feel. The rule is a choice of this "
                    "project and no medical finding. Taking part is up to you."
                ),
            ),
            (tr("The law."), " ".join((tr(LAW), tr("Your consent does not lift this.")))),
        ]

    def _why(self, escape: Callable[[str], str]) -> str:
        yours = tr("So that you can follow your own course over days.")
        said = "; ".join(escape(one) for one in self.details.values() if isinstance(one, str))
        ours = {
            "medical_or_safety": tr("The purpose is medical or safety: {said}."),
            "research": tr("The purpose is research, approved by an ethics board: {said}."),
            "permitted_here": tr(
                "The owner of this server confirmed that the law of this place permits it: {said}."
            ),
        }.get(self.purpose)
        return yours if ours is None else f"{yours} {ours.format(said=said)}"

    def _who(self) -> str:
        if not self.is_shared:
            return tr(
                "Only you, with this browser. No manager sees anything of it, not even within an "
                "aggregate."
            )
        return tr(
            "Your results: only you, with this browser. Managers see figures of at least {k} "
            "people together, from the day after on, never you alone and no name."
        ).format(k=number(self.k))


def make_receipt(
    terms: Terms, *, pseudonym: str, receipt: str, given_at: datetime, team: str | None
) -> str:
    """The receipt as text, to keep; in the visitor's language."""
    plain_text = terms.text.replace("**", "")
    digest = hashlib.sha256(terms.text.encode()).hexdigest()
    lines = [
        tr("Receipt of a consent, Mien, Wellbeing page"),
        tr("Receipt number: {receipt}").format(receipt=receipt),
        tr("Pseudonym: {pseudonym}").format(pseudonym=pseudonym),
        tr("Team: {team}").format(team=team or tr_in("team", "none")),
        tr("Given: {time}").format(time=f"{given_at:%Y-%m-%d %H:%M:%S %z}"),
        tr("Purpose: {purpose}").format(purpose=tr(PURPOSE_NAMES[terms.purpose])),
        tr("Version of the text: {version}").format(version=terms.version),
        tr("SHA-256 of the text: {digest}").format(digest=digest),
        "",
        plain_text,
    ]
    return "\n".join(lines) + "\n"
