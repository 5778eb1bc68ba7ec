"""What one start of the app will do: http or https, and the line it prints."""

import http.server
import threading
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from fer_core.errors import ConfigError
from fer_core.hosting import plan as planning
from fer_core.hosting.addresses import clean_base_path
from fer_core.hosting.announce import announce_when_served, wait_until_served
from fer_core.hosting.plan import ServingPlan, plan_serving


@pytest.fixture(autouse=True)
def _one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "lan_addresses", lambda: ("192.168.1.20", "10.0.0.7"))
    monkeypatch.setattr(planning, "lan_addresses_v6", lambda: ("2001:db8::20",))
    monkeypatch.setattr(planning, "check_port", lambda host, port: None)


def _plan(host: str, folder: Path) -> ServingPlan:
    return plan_serving(host, 8501, cert=None, key=None, tls_folder=folder / "tls")


@pytest.mark.parametrize(
    ("host", "urls"),
    [
        ("127.0.0.1", ("http://127.0.0.1:8501",)),
        ("::1", ("http://[::1]:8501",)),
        ("localhost", ("http://localhost:8501",)),
        ("0.0.0.0", ("https://192.168.1.20:8501", "https://10.0.0.7:8501")),
        (
            "::",
            (
                "https://192.168.1.20:8501",
                "https://10.0.0.7:8501",
                "https://[2001:db8::20]:8501",
            ),
        ),
        ("10.0.0.7", ("https://10.0.0.7:8501",)),
        ("mien.example.org", ("https://mien.example.org:8501",)),
    ],
)
def test_urls(tmp_path: Path, host: str, urls: tuple[str, ...]) -> None:
    plan = _plan(host, tmp_path)
    assert plan.urls == urls
    line = plan.announcement()
    assert "\n" not in line
    assert all(line.count(url) == 1 for url in urls)
    assert ("self-signed" in line) == line.startswith("Mien is ready: https")
    assert (tmp_path / "tls").exists() == (plan.scheme == "https")


def test_a_computer_with_ipv6_only_is_named_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Browsers give no camera to an address in brackets."""
    monkeypatch.setattr(planning, "lan_addresses", lambda: ())
    monkeypatch.setattr(planning.socket, "gethostname", lambda: "board")
    plan = _plan("::", tmp_path)
    assert plan.urls == ("https://board:8501", "https://[2001:db8::20]:8501")
    assert plan.certificate is not None
    parsed = x509.load_pem_x509_certificate(plan.certificate.cert.read_bytes())
    names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ip_address("2001:db8::20") in names.get_values_for_type(x509.IPAddress)
    assert "board" in names.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize("given", ["mien", "/mien", "mien/", "/mien/"])
def test_below_a_path(tmp_path: Path, given: str) -> None:
    base = clean_base_path(given)
    plan = plan_serving("127.0.0.1", 8501, cert=None, key=None, tls_folder=tmp_path, base_path=base)
    assert plan.urls == ("http://127.0.0.1:8501/mien",)


@pytest.mark.parametrize("given", ["/mien?x", "a b", "/../x", "https://example.org"])
def test_a_path_that_no_address_holds(given: str) -> None:
    with pytest.raises(ConfigError, match="base path must be segments"):
        clean_base_path(given)


def test_no_network_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(planning, "lan_addresses", lambda: ())
    assert _plan("0.0.0.0", tmp_path).urls == ("https://127.0.0.1:8501",)


def test_own_certificate_is_used_and_nothing_is_made(tmp_path: Path) -> None:
    made = _plan("10.0.0.7", tmp_path).certificate
    assert made is not None
    folder = tmp_path / "unused"
    plan = plan_serving("127.0.0.1", 8501, cert=made.cert, key=made.key, tls_folder=folder)
    assert plan.urls == ("https://127.0.0.1:8501",)
    assert "self-signed" not in plan.announcement()
    options = plan.streamlit_options()
    assert options["server.sslCertFile"] == str(made.cert)
    assert options["server.sslKeyFile"] == str(made.key)
    assert not folder.exists()


@pytest.mark.parametrize(("cert", "key"), [(Path("c.pem"), None), (None, Path("k.pem"))])
def test_half_a_certificate(tmp_path: Path, cert: Path | None, key: Path | None) -> None:
    with pytest.raises(ConfigError, match="needs both files"):
        plan_serving("0.0.0.0", 8501, cert=cert, key=key, tls_folder=tmp_path)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_announced_once_it_answers() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Handler) as server:
        plan = ServingPlan("0.0.0.0", server.server_port, None, ("192.168.1.20",))
        said: list[str] = []
        thread = announce_when_served(plan, said.append)
        thread.join(0.2)
        assert said == []  # the port listens, but nobody answers yet
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        thread.join(30)
        server.shutdown()
        assert said == [plan.announcement()]


def test_not_announced_where_nobody_answers() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Handler) as server:
        port = server.server_port
    assert not wait_until_served(ServingPlan("127.0.0.1", port, None, ("127.0.0.1",)), 0.2)
