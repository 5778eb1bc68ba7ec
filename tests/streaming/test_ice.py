import base64
import hashlib
import hmac
import json

import pytest
from aiortc import RTCIceServer
from aiortc.rtcicetransport import connection_kwargs, parse_stun_turn_uri

from fer_core.config import Settings, load_settings
from fer_core.errors import ConfigError
from fer_core.streaming.ice import PUBLIC_STUN, ice_servers, is_local, turn_credentials


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("localhost:8501", True),
        ("127.0.0.1:8501", True),
        ("[::1]:8501", True),
        ("::1", True),
        ("192.168.1.20:8501", True),
        ("10.0.0.3", True),
        ("172.16.4.4", True),
        ("[fd00::3]:80", True),
        ("169.254.3.3", True),
        ("mybox", True),
        ("mybox.local:8501", True),
        ("LOCALHOST.", True),
        ("mien.example.org", False),
        ("mien.example.org:443", False),
        ("8.8.8.8", False),
        ("[2001:4860:4860::8888]", False),
    ],
)
def test_local_hosts(host: str, expected: bool) -> None:
    assert is_local(host) is expected


def test_default_is_none_at_home_and_stun_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FER_ICE_SERVERS", raising=False)
    assert ice_servers(load_settings(), "localhost:8501") == []
    assert ice_servers(load_settings(), "192.168.0.4") == []
    assert ice_servers(load_settings(), "mien.example.org") == [{"urls": [PUBLIC_STUN]}]


def test_the_environment_rules_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_ICE_SERVERS", "[]")
    assert ice_servers(load_settings(), "mien.example.org") == []
    monkeypatch.setenv("FER_ICE_SERVERS", json.dumps([{"urls": "stun:a.example:1"}]))
    assert ice_servers(load_settings(), "localhost") == [{"urls": ["stun:a.example:1"]}]


def test_turn_credentials_are_coturns() -> None:
    username, password = turn_credentials("north", 3600, 1_700_000_000.9)
    assert username == "1700003600"
    expected = hmac.new(b"north", b"1700003600", hashlib.sha1).digest()
    assert base64.b64decode(password) == expected
    # Computed with: printf %s 1700003600 | openssl dgst -sha1 -hmac north -binary | base64
    assert password == "xF4I6gruVt/PjGbjajGu2UlidPk="
    assert turn_credentials("north", 60, 0, "ann")[0] == "60:ann"


def settings_with(servers: list[dict[str, object]], **more: object) -> Settings:
    return Settings(ice_servers=servers, **more)  # type: ignore[arg-type]


def test_secret_gives_turn_a_login_but_keeps_a_static_one() -> None:
    settings = settings_with(
        [
            {"urls": ["turn:one.example", "stun:one.example"]},
            {"urls": "turn:two.example", "username": "u", "credential": "c"},
        ],
        turn_secret="north",
        turn_ttl_s=600,
    )
    stun, one, two = ice_servers(settings, "localhost", now_s=1000.0)
    assert stun == {"urls": ["stun:one.example"]}
    assert one["username"] == "1600"
    assert one["credential"] == turn_credentials("north", 600, 1000.0)[1]
    assert two == {"urls": ["turn:two.example"], "username": "u", "credential": "c"}


def test_aiortc_takes_the_operators_first_usable_addresses() -> None:
    login = {"username": "u", "credential": "c"}
    settings = settings_with(
        [
            {"urls": ["turns:x.example?transport=udp", "turns:b.example:443"], **login},
            {"urls": "turn:c.example", **login},
            {"urls": ["stuns:s.example", "stun:first.example", "stun:second.example"]},
        ]
    )
    servers = ice_servers(settings, "localhost")
    assert [s["urls"][0] for s in servers] == [
        "stun:first.example",
        "stun:second.example",
        "stuns:s.example",
        "turns:b.example:443",
        "turn:c.example",
        "turns:x.example?transport=udp",
    ]
    used = connection_kwargs([RTCIceServer(**server) for server in servers])
    assert used["stun_server"] == ("first.example", 3478)
    assert used["turn_server"] == ("b.example", 443)
    assert (used["turn_ssl"], used["turn_username"]) == (True, "u")


LOGIN = {"username": "u", "credential": "hush"}


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({}, "needs 'urls'"),
        ({"urls": []}, "needs 'urls'"),
        ({"urls": [3]}, "needs 'urls'"),
        ({"url": "stun:a.example"}, "needs 'urls'"),
        ({"urls": "stun:a.example", "color": "red"}, "Received: color"),
        ({"urls": "http://a.example"}, "looks like stun:host:port"),
        ({"urls": "stun:"}, "looks like stun:host:port"),
        ({"urls": "stun:a.example:99999"}, "looks like stun:host:port"),
        ({"urls": "stun:a.example?transport=udp"}, "looks like stun:host:port"),
        ({"urls": "turn:[::1]:3478", **LOGIN}, "looks like stun:host:port"),
        ({"urls": "turn:a.example?transport=sctp", **LOGIN}, "looks like stun:host:port"),
        ({"urls": "turn:a.example"}, "FER_TURN_SECRET"),
        ({"urls": "turn:a.example", "username": "u"}, "belong together"),
        ({"urls": "turn:a.example", "credential": "hush"}, "belong together"),
        ({"urls": "turn:a.example", "username": "u", "credential": 3}, "belong together"),
    ],
)
def test_a_wrong_entry_is_one_sentence(entry: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError) as error:
        ice_servers(settings_with([entry]), "localhost")
    text = str(error.value)
    assert says in text
    assert text.startswith("FER_ICE_SERVERS: ")
    assert "hush" not in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "url",
    ["stun:a.example", "stuns:a.example:5", "turn:1.2.3.4:99", "turns:a.example?transport=tcp"],
)
def test_what_is_accepted_aiortc_can_read(url: str) -> None:
    ice_servers(settings_with([{"urls": url, **LOGIN}]), "localhost")
    assert parse_stun_turn_uri(url)["host"] in url
