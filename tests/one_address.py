"""One address for several servers on loopback, as a balancer in front of them gives it."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class OneAddress(socketserver.ThreadingTCPServer):
    """Hands each new connection to the server on port ``target``, byte by byte."""

    daemon_threads = True
    target = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Way)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Way(socketserver.BaseRequestHandler):
    server: OneAddress

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.target)) as other:
            back = threading.Thread(target=_pour, args=(other, self.request), daemon=True)
            back.start()
            _pour(self.request, other)
            back.join()


def _pour(source: socket.socket, into: socket.socket) -> None:
    try:
        while some := source.recv(65536):
            into.sendall(some)
        into.shutdown(socket.SHUT_WR)
    except OSError:  # either side is gone
        return


@contextmanager
def one_address() -> Iterator[OneAddress]:
    """While it is entered, it listens."""
    with OneAddress() as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()
