"""A certificate authority of this computer's own, which phones and computers of a house may trust.

Safari on iPhones refuses a page's WebSocket under a certificate that nobody vouches for; a profile
with this authority lets it in. The authority may sign for names of a local network and those that
the operator named, and for no other (RFC 5280, section 4.2.1.10): a stolen key opens little.
"""

import plistlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fer_core.errors import ConfigError
from fer_core.files import PRIVATE, write_whole
from fer_core.hosting.certificate import (
    RENEW_BEFORE,
    VALIDITY,
    Certificate,
    general_names,
    names_of,
    read_pair,
    secret_of,
)

#: Phones are seldom set up; the certificates that it signs are renewed every year by themselves.
AUTHORITY_VALIDITY: Final = timedelta(days=3650)
_NAME: Final = "Mien, authority of "
#: Names that nobody can register on the internet, and networks that it does not route.
_LOCAL_NAMES: Final = ("localhost", "local", "lan", "home.arpa", "internal")
_LOCAL_NETWORKS: Final = (
    *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)


@dataclass(frozen=True, slots=True)
class Authority:
    """Certificate and key of the authority; two PEM files."""

    cert: Path
    key: Path

    @classmethod
    def of(cls, folder: Path) -> "Authority":
        """Where it lies in the folder of certificates, whether it is there or not."""
        return cls(folder / "authority.pem", folder / "authority.key")

    @property
    def is_there(self) -> bool:
        """Whether it was made."""
        return self.cert.is_file() and self.key.is_file()

    def read(self) -> x509.Certificate:
        """Its certificate, its key seen to fit.

        Raises:
            ConfigError: a file is missing or damaged.
        """
        return read_pair(self.cert, self.key)


def make_authority(
    folder: Path, hostname: str, names: Iterable[str] = (), now: datetime | None = None
) -> Authority:
    """Make the authority, in the place of one that is there.

    Args:
        folder: of certificates; made, with its parents, if missing.
        hostname: of this computer.
        names: further names and addresses that it may sign for; a name includes all below it.
        now: with a time zone.

    Raises:
        ConfigError: the folder can't be written, or a name can't be in a certificate.
    """
    now = now or datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{_NAME}{hostname}"[:64])])
    permitted = _permitted((*_LOCAL_NAMES, *_LOCAL_NETWORKS, hostname, *names))
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
        + ("key_agreement", "encipher_only", "decipher_only"),
        False,
    )
    cert = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + AUTHORITY_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Authority.of(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(made.key, secret_of(key), PRIVATE)
        write_whole(made.cert, cert.public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise ConfigError(
            f"The authority can't be written to {folder}: {error.strerror}; "
            "let FER_DATA_DIR name a folder that can be written."
        ) from error
    return made


def ensure_signed(
    folder: Path, addresses: tuple[str, ...], now: datetime | None = None
) -> Certificate:
    """A certificate that the authority in the folder signed; made anew when it can serve no more.

    Of this computer's names and addresses it holds those that the authority may sign for.

    Args:
        folder: of certificates, with the authority.
        addresses: names and IP addresses it must be good for, besides this computer's own.
        now: with a time zone.

    Raises:
        ConfigError: the authority is damaged or over, may sign for none of the addresses, or the
            folder can't be written.
    """
    now = now or datetime.now(UTC)
    authority = Authority.of(folder)
    issuer = authority.read()
    if issuer.not_valid_after_utc <= now:
        raise ConfigError(
            "The authority of this computer is over: make another by `mien certificate --anew`, "
            "and install it on the phones."
        )
    may = issuer.extensions.get_extension_for_class(x509.NameConstraints).value
    wanted = {one for one in general_names(addresses) if _is_permitted(one, may)}
    if addresses and not any(one in wanted for one in general_names(addresses, alone=True)):
        raise ConfigError(
            f"The authority of this computer may not sign for {', '.join(addresses)}: "
            f"make another by `mien certificate --anew --name {addresses[0]}`."
        )
    pair = Certificate(folder / "signed.pem", folder / "signed.key")
    if not _still_serves(pair, issuer, wanted, now):
        try:
            _sign(pair, authority, issuer, wanted, now)
        except OSError as error:
            raise ConfigError(
                f"The certificate can't be written to {folder}: {error.strerror}; "
                "let FER_DATA_DIR name a folder that can be written."
            ) from error
    return pair


def profile_of(cert: x509.Certificate) -> bytes:
    """A configuration profile by which iPhones, iPads and Macs take the authority in (Apple,
    'Configuration Profile Reference', payload ``com.apple.security.root``)."""
    print_ = cert.fingerprint(hashes.SHA256()).hex()
    name = str(cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    payload = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"mien.authority.{print_[:16]}",
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_OID, print_)),
        "PayloadDisplayName": name,
        "PayloadCertificateFileName": "mien.crt",
        "PayloadContent": cert.public_bytes(serialization.Encoding.DER),
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"mien.profile.{print_[:16]}",
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"profile {print_}")),
        "PayloadDisplayName": name,
        "PayloadDescription": "Lets this device open Mien on a computer of your network.",
        "PayloadContent": [payload],
    }
    return plistlib.dumps(profile)


def _permitted(names: Iterable[str]) -> list[x509.GeneralName]:
    found: dict[str, x509.GeneralName] = {}
    for name in names:
        try:
            found[name] = x509.IPAddress(ip_network(name))
        except ValueError:
            try:
                found[name] = x509.DNSName(name.lower().strip("."))
            except ValueError as error:
                raise ConfigError(
                    f"A certificate can't name {name!r}; give a name in ASCII, or an address."
                ) from error
    return list(found.values())


def _is_permitted(name: x509.GeneralName, may: x509.NameConstraints) -> bool:
    for one in may.permitted_subtrees or ():
        if isinstance(one, x509.DNSName) and isinstance(name, x509.DNSName):
            is_in = f".{name.value}".endswith(f".{one.value}")
        elif isinstance(one, x509.IPAddress) and isinstance(name, x509.IPAddress):
            network = one.value
            assert isinstance(network, IPv4Network | IPv6Network)  # a constraint holds no other
            is_in = ip_address(str(name.value)) in network
        else:
            is_in = False
        if is_in:
            return True
    return False


def _still_serves(
    pair: Certificate, issuer: x509.Certificate, wanted: set[x509.GeneralName], now: datetime
) -> bool:
    try:
        present = read_pair(pair.cert, pair.key)
        present.verify_directly_issued_by(issuer)
    except (ConfigError, ValueError, TypeError, InvalidSignature):
        return False
    return present.not_valid_after_utc - now > RENEW_BEFORE and wanted <= names_of(present)


def _sign(
    pair: Certificate,
    authority: Authority,
    issuer: x509.Certificate,
    names: set[x509.GeneralName],
    now: datetime,
) -> None:
    signer = serialization.load_pem_private_key(authority.key.read_bytes(), password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)  # as `make_authority` writes it
    key = ec.generate_private_key(ec.SECP256R1())
    end = min(now + VALIDITY, issuer.not_valid_after_utc)
    cert = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mien")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # phones whose clock is behind
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(sorted(names, key=repr)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    write_whole(pair.key, secret_of(key), PRIVATE)
    write_whole(pair.cert, cert.public_bytes(serialization.Encoding.PEM))
