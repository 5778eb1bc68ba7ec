"""The network between a visitor and the app, which a test can take away and bring back.

The page and its WebSocket go through a relay of TCP, the video through relays of UDP: the browser
is handed the relay's address in place of each of the server's, and keeps its own to itself, so that
there is no other way between the two.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext

_LOCAL = "127.0.0.1"
_PIECE = 1 << 16
_LOOK_S = 0.5
_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

#: Has the answer's candidates lead through the relay, and the server hear of none of the browser's.
_SCRIPT = """
const set = RTCPeerConnection.prototype.setRemoteDescription
RTCPeerConnection.prototype.setRemoteDescription = async function (answer) {
    const lines = []
    for (const line of answer.sdp.split('\\r\\n')) {
        const words = line.split(' ')
        if (!line.startsWith('a=candidate')) lines.push(line)
        else if (words[2] === 'udp' && words[4].includes('.')) {
            words[5] = await window.wireOf(words[4], Number(words[5]))
            words[4] = '127.0.0.1'
            lines.push(words.join(' '))
        }
    }
    return set.call(this, {type: answer.type, sdp: lines.join('\\r\\n')})
}
const listen = RTCPeerConnection.prototype.addEventListener
RTCPeerConnection.prototype.addEventListener = function (kind, handler) {
    if (kind !== 'icecandidate') return listen.call(this, kind, handler)
}
"""


class Wire:
    """Relays between browsers and one server on loopback.

    Args:
        server: address of the app.
        refuses_sockets: answer 403 to a WebSocket, as some proxies do.
    """

    def __init__(self, server: str, *, refuses_sockets: bool = False) -> None:
        self._refuses_sockets = refuses_sockets
        self._port = urlsplit(server).port or 80
        self._is_away = self._is_closed = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._door = socket.create_server((_LOCAL, 0))
        self.address = f"http://{_LOCAL}:{self._door.getsockname()[1]}"
        _run(self._accept)

    def carry(self, visitor: BrowserContext) -> None:
        """Have this visitor's video go through here too."""
        visitor.expose_function("wireOf", self._relay_video)
        visitor.add_init_script(_SCRIPT)

    def take_away(self) -> None:
        """No network: connections end, no new one is made, no packet arrives."""
        self._is_away = True
        with self._lock:
            some = list(self._open)
        for one in some:
            _end(one)

    def bring_back(self) -> None:
        """The network is there again; ends that were connected are not."""
        self._is_away = False

    def close(self) -> None:
        """End every relay."""
        self._is_closed = True
        self.take_away()
        _end(self._door)

    def _keep(self, *some: socket.socket) -> None:
        with self._lock:
            self._open.update(some)

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._door.accept()
            except OSError:
                return
            if self._is_away:
                browser.close()
                continue
            try:
                server = socket.create_connection((_LOCAL, self._port))
            except OSError:
                browser.close()
                continue
            self._keep(browser, server)
            _run(self._pass_on, browser, server)
            _run(self._pass_on, server, browser)

    def _pass_on(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while piece := here.recv(_PIECE):
                if self._refuses_sockets and b"\r\nUpgrade: websocket\r\n" in piece:
                    here.sendall(_REFUSAL)
                    break
                there.sendall(piece)
        _end(here)
        _end(there)
        with self._lock:
            self._open -= {here, there}

    def _relay_video(self, host: str, port: int) -> int:
        """Port of a relay to where the server waits for packets."""
        relay = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        relay.bind((_LOCAL, 0))
        _run(self._pass_packets, relay, (host, port))
        return int(relay.getsockname()[1])

    def _pass_packets(self, relay: socket.socket, server: tuple[str, int]) -> None:
        """Between the browser, which speaks first, and the server."""
        outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outer.bind(("", 0))
        browser: list[tuple[str, int]] = []

        def forth(packet: bytes, sender: tuple[str, int]) -> None:
            browser[:] = [sender]
            outer.sendto(packet, server)

        def back(packet: bytes, _: tuple[str, int]) -> None:
            if browser:
                relay.sendto(packet, browser[0])

        _run(self._take_packets, outer, back)
        self._take_packets(relay, forth)

    def _take_packets(
        self, here: socket.socket, pass_on: Callable[[bytes, tuple[str, int]], None]
    ) -> None:
        here.settimeout(_LOOK_S)  # closing it would not wake who waits for a packet
        with here:
            while not self._is_closed:
                with suppress(TimeoutError, ConnectionError):
                    packet, sender = here.recvfrom(_PIECE)
                    if not self._is_away:
                        pass_on(packet, sender)


def _run(target: object, *args: object) -> None:
    threading.Thread(target=target, args=args, daemon=True).start()  # type: ignore[arg-type]


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def wired(server: str, *, refuses_sockets: bool = False) -> Iterator[Wire]:
    """A wire to the server, for as long as the block runs."""
    wire = Wire(server, refuses_sockets=refuses_sockets)
    try:
        yield wire
    finally:
        wire.close()
