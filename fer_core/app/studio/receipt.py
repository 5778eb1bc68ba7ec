"""The receipt of a consent, as a text file for the participant."""

from datetime import UTC, datetime
from typing import Final

from fer_core.app.language.spoken import tr
from fer_core.studio.consent import RecordingConsent, day_text
from fer_core.studio.info import SetInfo

#: Letters of the first column, at least.
_COLUMN: Final = 13


def make_receipt(info: SetInfo, pseudonym: str, consent: RecordingConsent, text: str) -> str:
    """The receipt in the visitor's language, with the text as it was read: its hash stands in it.

    Args:
        info: of the set.
        pseudonym: of who agreed.
        consent: to what, and when.
        text: as it was read.
    """
    given = f"{datetime.fromtimestamp(consent.given_s, UTC):%Y-%m-%d %H:%M} UTC"
    version = tr("version {version}, sha256 {digest}").format(
        version=consent.version, digest=consent.text_sha256
    )
    rows = [
        (tr("Receipt"), consent.receipt),
        (tr("Pseudonym"), pseudonym),
        (tr("Data set"), info.title),
        (tr("Given"), given),
        (tr("Kept until"), day_text(info.until_s)),
        (tr("Text"), version),
    ]
    if consent.guardian:
        rows.append((tr("Guardian"), consent.guardian))
    width = max(_COLUMN, *(len(name) + 1 for name, _ in rows))
    lines = [
        tr("Receipt of a consent, data set studio of Mien"),
        "",
        *(f"{name:<{width}}{value}" for name, value in rows),
        "",
        text,
        "",
        tr(
            "To see or erase your pictures: open the Data set page, 'I have a receipt', and type "
            "the\nnumber above. Keep it: it is written nowhere else that you could look it up."
        ),
    ]
    return "\n".join(lines) + "\n"
