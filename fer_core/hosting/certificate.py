"""Certificates for HTTPS: the operator's own, or one that this computer signs for itself.

Browsers give the camera to secure pages only, so every address but loopback needs one.
"""

import contextlib
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fer_core.errors import ConfigError
from fer_core.files import PRIVATE, write_whole

#: Apple's systems refuse certificates that are valid for more than 825 days, others over 398.
VALIDITY = timedelta(days=365)
#: A certificate of our own is renewed when less than this is left of it.
RENEW_BEFORE = timedelta(days=14)

_SELF_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """Two PEM files that belong together."""

    cert: Path
    key: Path
    is_self_signed: bool = False


def check_certificate(cert: Path, key: Path, now: datetime | None = None) -> Certificate:
    """The operator's own certificate, checked before a server stumbles over it.

    Raises:
        ConfigError: a file is missing or no PEM, they don't belong together, or it has expired.
    """
    parsed = read_pair(cert, key)
    if parsed.not_valid_after_utc <= (now or datetime.now(UTC)):
        raise ConfigError(
            f"The certificate {cert} expired on {parsed.not_valid_after_utc:%Y-%m-%d}; renew it, "
            "or leave CERT and KEY out to use a self-signed one."
        )
    return Certificate(cert, key)


def ensure_self_signed(
    folder: Path, addresses: tuple[str, ...], now: datetime | None = None
) -> Certificate:
    """The self-signed certificate in the folder; made anew when it can't serve any more.

    That is when it is missing or damaged, expires within two weeks, or lacks an address: a
    computer that changed its network has another one. The key is readable by its owner only.

    Args:
        folder: where it lies; made, with its parents, if missing.
        addresses: names and IP addresses it must be good for, besides localhost and the
            computer's own name.
        now: with a time zone.

    Raises:
        ConfigError: the folder can't be written.
    """
    now = now or datetime.now(UTC)
    pair = Certificate(folder / "self-signed.pem", folder / "self-signed.key", is_self_signed=True)
    wanted = general_names(addresses)
    with contextlib.suppress(ConfigError):
        present = read_pair(pair.cert, pair.key)
        if present.not_valid_after_utc - now > RENEW_BEFORE and wanted <= names_of(present):
            return pair
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _make(pair, wanted, now)
    except OSError as error:
        raise ConfigError(
            f"The certificate can't be written to {folder}: {error.strerror}; "
            "let FER_DATA_DIR name a folder that can be written."
        ) from error
    return pair


def read_pair(cert: Path, key: Path) -> x509.Certificate:
    """The certificate, its key seen to fit.

    Raises:
        ConfigError: a file is missing or no PEM, or they don't belong together.
    """
    for kind, path in (("certificate", cert), ("key", key)):
        if not path.is_file():
            raise ConfigError(f"There is no {kind} file {path}; name a PEM file that exists.")
    try:
        parsed = x509.load_pem_x509_certificate(cert.read_bytes())
        public = parsed.public_key().public_bytes(*_PUBLIC)
    except (ValueError, OSError) as error:
        raise ConfigError(f"The file {cert} is no readable PEM certificate; give one.") from error
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except TypeError as error:
        raise ConfigError(
            f"The key {key} is locked by a password; give one without, readable by you only."
        ) from error
    except (ValueError, OSError) as error:
        raise ConfigError(f"The file {key} is no readable PEM private key; give one.") from error
    if private.public_key().public_bytes(*_PUBLIC) != public:
        raise ConfigError(f"The key {key} is not that of the certificate {cert}; give its own.")
    return parsed


_PUBLIC = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def general_names(addresses: tuple[str, ...], *, alone: bool = False) -> set[x509.GeneralName]:
    """These names and addresses as a certificate holds them, and, unless alone, this computer's."""
    host = socket.gethostname()
    own = () if alone else (*_SELF_NAMES, host, f"{host.split('.')[0]}.local")
    names: set[x509.GeneralName] = set()
    for text in (*own, *addresses):
        try:
            names.add(x509.IPAddress(ip_address(text)))
        except ValueError:
            with contextlib.suppress(ValueError):  # a name that is not ASCII goes without
                names.add(x509.DNSName(text.lower()))
    return names


def names_of(cert: x509.Certificate) -> set[x509.GeneralName]:
    """The names and addresses that a certificate is good for."""
    try:
        return set(cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return set()


def secret_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A key as PEM, without a password; for a file that its owner only reads."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _make(pair: Certificate, names: set[x509.GeneralName], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mien, self-signed")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # phones whose clock is behind
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectAlternativeName(sorted(names, key=repr)), critical=False)
        # No authority: who trusts this file trusts these names, and no others.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )
    write_whole(pair.key, secret_of(key), PRIVATE)
    write_whole(pair.cert, cert.public_bytes(serialization.Encoding.PEM))
