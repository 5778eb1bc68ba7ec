"""Signs what a browser keeps, so that a forged cookie is refused before anything is looked up."""

import os
import secrets
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

from fer_core.errors import ConfigError

_TICKET_S = 60
#: A visit whose device measures by itself: a day at school, and no longer.
VISIT_S = 8 * 3600


def load_secret(folder: Path) -> bytes:
    """The deployment's 32 random bytes, made at the first start; readable by its owner only.

    Raises:
        ConfigError: the folder cannot be read or written.
    """
    path = folder / "cookie.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        if not path.exists():
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
                f.write(secrets.token_bytes(32))
            try:
                os.link(part, path)  # the first process wins, whole or not at all
            except FileExistsError:
                pass
            finally:
                part.unlink()
        secret = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"The key in {folder} can't be made or read: {error.strerror}; "
            "let FER_DATA_DIR name a folder that can be written."
        ) from error
    if len(secret) != 32:
        raise ConfigError(f"The key {path} is damaged; delete it, and all links are needed anew.")
    return secret


class Signer:
    """Signs cookies and tickets with the deployment's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def _serializer(self, salt: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=salt)

    def sign_cookie(self, name: str, token: str) -> str:
        """The cookie's value; good for a cookie of this name only."""
        return str(self._serializer(f"cookie {name}").dumps(token))

    def open_cookie(self, name: str, value: str, *, max_age_s: int) -> str | None:
        """The token in a cookie; None where it is forged, damaged or too old."""
        return self._open(f"cookie {name}", value, max_age_s)

    def make_ticket(self, name: str, token: str, browser: str) -> str:
        """Lets this browser fetch a cookie, within a minute; an empty token deletes."""
        return str(self._serializer("ticket").dumps([name, token, browser]))

    def open_ticket(self, ticket: str, browser: str) -> tuple[str, str] | None:
        """Name and token of a ticket; None where it is forged, too old or another browser's."""
        try:
            name, token, whose = self._serializer("ticket").loads(ticket, max_age=_TICKET_S)
        except (BadData, ValueError, TypeError):
            return None
        is_whole = isinstance(name, str) and isinstance(token, str) and whose == browser
        return (name, token) if is_whole else None

    def sign_visit(self, visit: str, purpose: str, browser: str) -> str:
        """Lets a page of this browser send what its visit measures, for ``VISIT_S`` at most."""
        return str(self._serializer("visit").dumps([visit, purpose, browser]))

    def open_visit(self, token: str, browser: str) -> tuple[str, str] | None:
        """Visit and purpose of a token; None where it is forged, too old or another browser's."""
        try:
            visit, purpose, whose = self._serializer("visit").loads(token, max_age=VISIT_S)
        except (BadData, ValueError, TypeError):
            return None
        is_whole = isinstance(visit, str) and isinstance(purpose, str) and whose == browser
        return (visit, purpose) if is_whole else None

    def _open(self, salt: str, value: str, max_age_s: int) -> str | None:
        try:
            token = self._serializer(salt).loads(value, max_age=max_age_s)
        except (BadData, ValueError):
            return None
        return token if isinstance(token, str) else None
