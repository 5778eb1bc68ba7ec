"""The self-signed certificate: its names, its rights, its renewal; the operator's own: refusals."""

import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fer_core.errors import ConfigError
from fer_core.hosting.certificate import (
    RENEW_BEFORE,
    VALIDITY,
    check_certificate,
    ensure_self_signed,
)

NOW = datetime.now(UTC)
LAN = ("192.168.1.20",)


def _parse(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_is_good_for_loopback_and_the_network(tmp_path: Path) -> None:
    pair = ensure_self_signed(tmp_path / "a" / "tls", (*LAN, "mien.example.org"), NOW)
    assert pair.is_self_signed
    names = _parse(pair.cert).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.IPAddress)) == {
        ip_address(text) for text in ("127.0.0.1", "::1", *LAN)
    }
    assert {"localhost", "mien.example.org"} <= set(names.get_values_for_type(x509.DNSName))


def test_a_server_takes_it(tmp_path: Path) -> None:
    pair = ensure_self_signed(tmp_path, LAN, NOW)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(pair.cert, pair.key)
    assert check_certificate(pair.cert, pair.key, NOW).is_self_signed is False


def test_trusting_it_trusts_no_other(tmp_path: Path) -> None:
    pair = ensure_self_signed(tmp_path, LAN, NOW)
    constraints = _parse(pair.cert).extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.value.ca is False


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_key_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        pair = ensure_self_signed(tmp_path, LAN, NOW)
    finally:
        os.umask(before)
    assert stat.S_IMODE(pair.key.stat().st_mode) == 0o600


def test_is_kept_while_good(tmp_path: Path) -> None:
    first = ensure_self_signed(tmp_path, LAN, NOW).cert.read_bytes()
    later = NOW + VALIDITY - RENEW_BEFORE - timedelta(hours=1)
    assert ensure_self_signed(tmp_path, LAN, later).cert.read_bytes() == first
    assert ensure_self_signed(tmp_path, (), later).cert.read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "self-signed.key",
        "self-signed.pem",
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        "expires soon",
        "new address",
        "damaged certificate",
        "damaged key",
        "another's key",
        "key lost",
        "half written",
    ],
)
def test_is_renewed(tmp_path: Path, spoil: str) -> None:
    pair = ensure_self_signed(tmp_path, LAN, NOW)
    first = pair.cert.read_bytes()
    now, addresses = NOW, LAN
    match spoil:
        case "expires soon":
            now = NOW + VALIDITY - RENEW_BEFORE + timedelta(hours=1)
        case "new address":
            addresses = ("192.168.7.7",)
        case "damaged certificate":
            pair.cert.write_bytes(first[:60])
        case "damaged key":
            pair.key.write_bytes(b"nothing")
        case "another's key":
            pair.key.write_bytes(ensure_self_signed(tmp_path / "other", LAN, NOW).key.read_bytes())
        case "key lost":
            pair.key.unlink()
        case "half written":
            pair.cert.unlink()
            (tmp_path / "self-signed.pem.part").write_bytes(b"x")
    again = ensure_self_signed(tmp_path, addresses, now)
    assert again.cert.read_bytes() != first
    check_certificate(again.cert, again.key, now)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("no certificate", "There is no certificate file"),
        ("no key", "There is no key file"),
        ("text", "no readable PEM certificate"),
        ("text as key", "no readable PEM private key"),
        ("locked key", "locked by a password"),
        ("other key", "is not that of the certificate"),
        ("expired", r"expired on \d{4}-\d\d-\d\d"),
    ],
)
def test_own_certificate_refused_with_a_sentence(tmp_path: Path, case: str, message: str) -> None:
    pair = ensure_self_signed(tmp_path, LAN, NOW)
    cert, key, now = pair.cert, pair.key, NOW
    text = tmp_path / "text.pem"
    text.write_text("hello")
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    locks: dict[str, serialization.KeySerializationEncryption] = {
        "locked key": serialization.BestAvailableEncryption(b"secret"),
        "other key": serialization.NoEncryption(),
    }
    match case:
        case "no certificate":
            cert = tmp_path / "none.pem"
        case "no key":
            key = tmp_path
        case "text":
            cert = text
        case "text as key":
            key = text
        case "expired":
            now = NOW + VALIDITY
        case _:
            key = tmp_path / "other.key"
            form = serialization.PrivateFormat.PKCS8
            key.write_bytes(other.private_bytes(serialization.Encoding.PEM, form, locks[case]))
    with pytest.raises(ConfigError, match=message) as caught:
        check_certificate(cert, key, now)
    assert "\n" not in str(caught.value)


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("")
    with pytest.raises(ConfigError, match="FER_DATA_DIR"):
        ensure_self_signed(tmp_path / "tls", LAN, NOW)
