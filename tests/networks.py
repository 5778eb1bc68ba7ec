"""Two computers on a network of their own, by Linux's namespaces: a server and a visitor."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

#: Not in a range that TURN servers keep out of, as private and documentation ranges are.
SERVER, VISITOR = "11.0.0.1", "11.0.0.2"


@dataclass(frozen=True)
class Network:
    """Names of the two namespaces."""

    server: str
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
        """One address more of the server, such as one in a network behind it."""
        ends = (f"{address}/24", "dev", "s0")
        _run(*_in(self.server), "ip", "address", "add", *ends)
        try:
            yield
        finally:
            _run(*_in(self.server), "ip", "address", "delete", *ends)

    @contextmanager
    def blocked(self, what: str) -> Iterator[None]:
        """A firewall before the visitor that lets nothing of this kind out, such as ``udp``."""
        chain = f"type filter hook output priority 0; {what} drop;"
        rules = f"table inet wall {{ chain out {{ {chain} }}; }}"
        _run(*_in(self.visitor), "nft", rules)
        try:
            yield
        finally:
            _run(*_in(self.visitor), "nft", "delete table inet wall")


@contextmanager
def run_network() -> Iterator[Network]:
    """The two, connected; skips where they cannot be made."""
    if missing := [name for name in ("ip", "nft") if not shutil.which(name)]:
        pytest.skip(f"{missing[0]} is absent (on Debian: apt-get install iproute2 nftables).")
    mark = os.getpid()
    network = Network(f"mien-s{mark}", f"mien-v{mark}")
    with ExitStack() as stack:
        for space in (network.server, network.visitor):
            try:
                _run("ip", "netns", "add", space)
            except (OSError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", "") or str(error)
                pytest.skip(f"Network namespaces are not allowed here: {said.strip()}")
            stack.callback(_run, "ip", "netns", "delete", space)
            _run(*_in(space), "ip", "link", "set", "lo", "up")
        ends = {network.server: ("s0", SERVER), network.visitor: ("v0", VISITOR)}
        pair = ("type", "veth", "peer", "name", "v0", "netns", network.visitor)
        _run(*_in(network.server), "ip", "link", "add", "s0", *pair)
        for space, (name, address) in ends.items():
            _run(*_in(space), "ip", "address", "add", f"{address}/24", "dev", name)
            _run(*_in(space), "ip", "link", "set", name, "up")
        yield network


def _in(space: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", space)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
