"""A WebSocket that sends each message as a line of JSON to whoever is connected.

A page of any site that is open in a browser here could connect to a port of this computer. So a
connection that names an origin is refused, unless the origin is this computer's own or was allowed.
Who listens too slowly is disconnected after ``MOST_WAITING`` messages: nothing is left out in
silence.
"""

import json
import queue
import re
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Origin

from fer_core.errors import ConfigError
from fer_core.hosting import check_port
from fer_core.outlets.message import StreamMessage

#: Twenty seconds.
MOST_WAITING: Final = 300
MOST_LISTENERS: Final = 16
_OWN_ORIGIN: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_TRY_LATER: Final = 1013
#: At the end, listeners have so long to take what waits for them.
_DRAIN_S: Final = 2.0


class WebSocketOutlet:
    """Serves until ``close``; each listener has a queue and a thread.

    Args:
        host, port: to listen on; port 0 takes a free one.
        origins: of pages elsewhere that may listen, such as ``https://example.org``.

    Attributes:
        port: it listens on.

    Raises:
        ConfigError: nothing can listen there.
    """

    def __init__(self, host: str, port: int, *, origins: Sequence[str] = ()) -> None:
        check_port(host, port)
        self._lock = threading.Lock()
        self._listeners: dict[ServerConnection, queue.Queue[str | None]] = {}
        allowed: list[Origin | re.Pattern[str] | None] = [None, _OWN_ORIGIN]
        allowed += [Origin(origin.rstrip("/")) for origin in origins]
        try:
            self._server: Server = serve(
                self._listen, host, port, origins=allowed, compression=None, max_size=4096
            )
        except OSError as error:
            raise ConfigError(
                f"Nothing can listen on {host}, port {port} ({error.strerror or error}); choose "
                "another for --ws."
            ) from error
        self.port = int(self._server.socket.getsockname()[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="websocket", daemon=True
        )
        self._thread.start()

    def send(self, message: StreamMessage) -> None:
        """As ``Outlet.send``."""
        with self._lock:
            listeners = list(self._listeners.items())
        if not listeners:
            return
        line = json.dumps(message.to_dict(), allow_nan=False) + "\n"
        for connection, waiting in listeners:
            try:
                waiting.put_nowait(line)
            except queue.Full:
                self._forget(connection)
                # Its thread is stuck in sending: only the socket's end frees it.
                with suppress(OSError):
                    connection.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """As ``Outlet.close``: what waits for listeners is sent first."""
        with self._lock:
            for waiting in self._listeners.values():
                with suppress(queue.Full):
                    waiting.put_nowait(None)
        deadline_s = time.monotonic() + _DRAIN_S
        while self._listeners and time.monotonic() < deadline_s:
            time.sleep(0.02)
        self._server.shutdown()
        self._thread.join(5.0)

    def _listen(self, connection: ServerConnection) -> None:
        """The thread of one listener."""
        waiting: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        with self._lock:
            is_full = len(self._listeners) >= MOST_LISTENERS
            if not is_full:
                self._listeners[connection] = waiting
        if is_full:
            connection.close(_TRY_LATER, "too many listeners")
            return
        try:
            while (line := waiting.get()) is not None:
                connection.send(line)
        except ConnectionClosed:
            pass
        finally:
            self._forget(connection)

    def _forget(self, connection: ServerConnection) -> None:
        with self._lock:
            self._listeners.pop(connection, None)
