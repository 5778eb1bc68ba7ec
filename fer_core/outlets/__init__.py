"""Live numbers of a camera, file or address, handed to other programs: ``mien watch``.

``sources`` reads, ``watcher`` analyses the newest frame, ``message`` says what was found, and each
of the others sends it on: ``lines`` (JSON, CSV), ``osc``, ``websocket``, ``lsl``.
"""

from fer_core.outlets.message import Outlet, StreamMessage
from fer_core.outlets.sources import open_source
from fer_core.outlets.watcher import RATE_HZ, watch_source

__all__ = ["RATE_HZ", "Outlet", "StreamMessage", "open_source", "watch_source"]
