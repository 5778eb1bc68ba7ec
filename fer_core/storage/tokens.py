"""Secrets that give a right: made at random, kept only as hashes."""

import hashlib
import secrets


def make_token() -> str:
    """192 random bits, as 32 characters that an address may hold."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """What is kept of it: SHA-256 as hex. The token is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
