"""Computers on networks of their own, by Linux's namespaces: a server, a relay and a visitor.

A router between them stands for the internet; the visitor's IPv4 goes through symmetric NAT there.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

#: Not in a range that TURN servers keep out of, as private ones are.
SERVER, RELAY, VISITOR = "11.0.1.2", "11.0.2.2", "192.168.77.2"
_V6 = {SERVER: "2001:db8:1::2", RELAY: "2001:db8:2::2", VISITOR: "2001:db8:3::2"}
#: What the visitor calls the first two, by IPv4 and IPv6.
SERVER_NAME, RELAY_NAME = "mien.test", "turn.mien.test"
RELAY_6 = _V6[RELAY]
_HOSTS = "".join(
    f"{address} {name}\n"
    for one, name in ((SERVER, SERVER_NAME), (RELAY, RELAY_NAME))
    for address in (one, _V6[one])
)
#: Another port for whoever is spoken to: nobody else can answer there.
_NAT = (
    "table ip nat { chain out { type nat hook postrouting priority 100; "
    f"ip saddr {VISITOR} masquerade fully-random; }}; }}"
)


@dataclass(frozen=True)
class Network:
    """Names of the namespaces."""

    server: str
    relay: str
    visitor: str

    def enter(self, space: str) -> tuple[str, ...]:
        """What a command begins with that is to run there; ``python`` comes next."""
        code = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
        return ("-c", code, *_in(space), sys.executable)

    def write_browser(self, folder: Path, chromium: str) -> str:
        """A program that is Chromium at the visitor's."""
        path = folder / "chromium"
        path.write_text(f'#!/bin/sh\nexec {" ".join(_in(self.visitor))} {chromium} "$@"\n')
        path.chmod(0o755)
        return str(path)

    @contextmanager
    def reached_as(self, address: str) -> Iterator[None]:
        """One address more of the relay, such as one in a network behind it."""
        ends = (f"{address}/24", "dev", "end")
        _run(*_in(self.relay), "ip", "address", "add", *ends)
        try:
            yield
        finally:
            _run(*_in(self.relay), "ip", "address", "delete", *ends)

    @contextmanager
    def blocked(self, *what: str) -> Iterator[None]:
        """A firewall before the visitor that lets nothing of this kind out, such as
        ``meta l4proto udp``."""
        with _wall(self.visitor, "output", what):
            yield

    @contextmanager
    def without_ipv4(self) -> Iterator[None]:
        """The visitor has IPv6 only."""
        _run("ip", "-n", self.visitor, "-4", "address", "flush", "dev", "end")
        try:
            yield
        finally:
            _give_ipv4(self.visitor, VISITOR)


@contextmanager
def _wall(space: str, hook: str, what: tuple[str, ...]) -> Iterator[None]:
    drops = "".join(f"{one} drop; " for one in what)
    rules = f"table inet wall {{ chain wall {{ type filter hook {hook} priority 0; {drops}}}; }}"
    _run(*_in(space), "nft", rules)
    try:
        yield
    finally:
        _run(*_in(space), "nft", "delete table inet wall")


@contextmanager
def run_network() -> Iterator[Network]:
    """All of them, connected; skips where they cannot be made."""
    if missing := [name for name in ("ip", "nft") if not shutil.which(name)]:
        pytest.skip(f"{missing[0]} is absent (on Debian: apt-get install iproute2 nftables).")
    mark = os.getpid()
    network = Network(f"mien-s{mark}", f"mien-t{mark}", f"mien-v{mark}")
    router = f"mien-r{mark}"
    places = {network.server: SERVER, network.relay: RELAY, network.visitor: VISITOR}
    with ExitStack() as stack:
        for space in (router, *places):
            _make(space, stack)
        for number, (space, address) in enumerate(places.items()):
            _connect(router, f"r{number}", space, address)
        for family in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            _run(*_in(router), "sh", "-c", f"echo 1 > /proc/sys/net/{family}")
        _run(*_in(router), "nft", _NAT)
        yield network


def _make(space: str, stack: ExitStack) -> None:
    try:
        _run("ip", "netns", "add", space)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        pytest.skip(f"Network namespaces are not allowed here: {said.strip()}")
    stack.callback(_run, "ip", "netns", "delete", space)
    _run("ip", "-n", space, "link", "set", "lo", "up")
    # Laid over /etc by `ip netns exec`, for what runs there alone.
    folder = Path("/etc/netns") / space
    folder.mkdir(parents=True)
    stack.callback(shutil.rmtree, folder)
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{_HOSTS}", "ascii")


def _connect(router: str, name: str, space: str, address: str) -> None:
    """A cable between a router's end, which has the network's first address, and a computer's."""
    pair = ("type", "veth", "peer", "name", "end", "netns", space)
    _run("ip", "-n", router, "link", "add", name, *pair)
    first, first_6 = f"{address[:-1]}1", f"{_V6[address][:-1]}1"
    for at, end, own in ((router, name, first_6), (space, "end", _V6[address])):
        _run("ip", "-n", at, "address", "add", f"{own}/64", "dev", end, "nodad")
        _run("ip", "-n", at, "link", "set", end, "up")
    _run("ip", "-n", router, "address", "add", f"{first}/24", "dev", name)
    _run("ip", "-n", space, "-6", "route", "add", "default", "via", first_6)
    _give_ipv4(space, address)


def _give_ipv4(space: str, address: str) -> None:
    _run("ip", "-n", space, "address", "add", f"{address}/24", "dev", "end")
    _run("ip", "-n", space, "route", "add", "default", "via", f"{address[:-1]}1")


def _in(space: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", space)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
