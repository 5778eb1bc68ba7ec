"""An authority of one's own: what it signs, what it can't sign, and what phones are handed."""

import plistlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from fer_core.errors import ConfigError
from fer_core.hosting import plan as planning
from fer_core.hosting.authority import Authority, ensure_signed, make_authority, profile_of
from fer_core.hosting.plan import plan_serving

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def _load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _verify(authority: Authority, leaf: Path, name: str, now: datetime = NOW) -> None:
    """As a browser would."""
    try:
        subject: x509.GeneralName = x509.IPAddress(ip_address(name))
    except ValueError:
        subject = x509.DNSName(name)
    store = Store([_load(authority.cert)])
    verifier = PolicyBuilder().store(store).time(now).build_server_verifier(subject)
    verifier.verify(_load(leaf), [])


def test_what_it_signs_is_trusted_for_local_names_and_those_given(tmp_path: Path) -> None:
    made = make_authority(tmp_path, "board", ["mien.example.org", "203.0.113.0/24"], NOW)
    assert made.key.stat().st_mode & 0o077 == 0
    signed = ensure_signed(tmp_path, ("192.168.1.20", "203.0.113.5", "a.mien.example.org"), NOW)
    assert not signed.is_self_signed
    for name in ("localhost", "192.168.1.20", "203.0.113.5", "a.mien.example.org"):
        _verify(made, signed.cert, name)
    with pytest.raises(VerificationError):
        _verify(made, signed.cert, "192.168.1.21")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed.cert, signed.key)


def test_it_can_not_vouch_for_others(tmp_path: Path) -> None:
    make_authority(tmp_path, "board", (), NOW)
    signed = ensure_signed(tmp_path, ("192.168.1.20", "8.8.4.4", "bank.example"), NOW)
    names = _load(signed.cert).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert "bank.example" not in names.value.get_values_for_type(x509.DNSName)
    assert ip_address("8.8.4.4") not in names.value.get_values_for_type(x509.IPAddress)
    with pytest.raises(ConfigError, match=r"mien certificate --anew --name 8\.8\.4\.4"):
        ensure_signed(tmp_path, ("8.8.4.4",), NOW)


def test_it_is_renewed_by_itself_and_when_an_address_or_the_authority_is_new(
    tmp_path: Path,
) -> None:
    make_authority(tmp_path, "board", (), NOW)

    def serial(*addresses: str, days: int = 0) -> int:
        now = NOW + timedelta(days=days)
        return _load(ensure_signed(tmp_path, addresses, now).cert).serial_number

    first = serial("10.0.0.7")
    assert serial("10.0.0.7", days=300) == first
    renewed = serial("10.0.0.7", days=352)
    assert renewed != first
    moved = serial("10.0.0.8", days=352)
    assert moved != renewed
    (tmp_path / "signed.pem").write_text("damaged")
    assert serial("10.0.0.8", days=352) != moved
    made = make_authority(tmp_path, "board", (), NOW)
    again = ensure_signed(tmp_path, ("10.0.0.8",), NOW)
    _verify(made, again.cert, "10.0.0.8")
    with pytest.raises(ConfigError, match="is over"):
        ensure_signed(tmp_path, ("10.0.0.8",), NOW + timedelta(days=3651))


def test_a_profile_carries_the_certificate_and_is_the_same_again(tmp_path: Path) -> None:
    cert = make_authority(tmp_path, "board", (), NOW).read()
    assert profile_of(cert) == profile_of(cert)
    profile = plistlib.loads(profile_of(cert))
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert payload["PayloadContent"] == cert.public_bytes(Encoding.DER)
    assert b"PRIVATE" not in profile_of(cert)


def test_serve_signs_by_it_and_says_nothing_of_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "lan_addresses", lambda: ("192.168.1.20",))
    monkeypatch.setattr(planning, "check_port", lambda host, port: None)
    made = make_authority(tmp_path, "board")
    plan = plan_serving("0.0.0.0", 8501, cert=None, key=None, tls_folder=tmp_path)
    assert plan.announcement() == "Mien is ready: https://192.168.1.20:8501"
    assert plan.certificate is not None
    _verify(made, plan.certificate.cert, "192.168.1.20", datetime.now(UTC))
