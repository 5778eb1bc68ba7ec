"""A program beside ``watch`` that receives what it sends: ``python -m tests.outlets.receiver``.

    receiver OSC_PORT WS_PORT LSL_NAME

Prints ``ready`` when it listens for OSC, ``listening`` with the WebSocket, and at the end one JSON
object: by way, a list of [seq, time_s, seconds from the frame's arrival to here].
"""

import json
import sys
import threading
import time

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

Seen = list[tuple[float, float, float]]


def receive_osc(server: BlockingOSCUDPServer) -> None:
    server.serve_forever()


def receive_websocket(port: int, seen: Seen, faces: list[dict]) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            connection = connect(f"ws://127.0.0.1:{port}", compression=None, open_timeout=5)
            break
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
    print("listening", flush=True)
    try:
        for line in connection:
            now = time.time()
            message = json.loads(line)
            seen.append((message["seq"], message["time_s"], now - message["captured_unix_s"]))
            faces[:] = message["faces"] or faces
    except ConnectionClosed:
        pass


def receive_lsl(name: str, seen: Seen, ended: threading.Event) -> None:
    import pylsl
    from pylsl.util import LostError

    found = pylsl.resolve_byprop("name", name, 1, 30.0)
    inlet = pylsl.StreamInlet(found[0], max_buflen=60, recover=False)
    print("lsl", flush=True)
    try:
        while not ended.is_set():
            sample, stamp = inlet.pull_sample(timeout=0.5)
            if sample is not None:
                seen.append((len(seen), sample[0], pylsl.local_clock() - stamp))
    except LostError:
        pass


def main(osc_port: int, ws_port: int, lsl_name: str) -> None:
    seen: dict[str, Seen] = {"osc": [], "ws": [], "lsl": []}
    parts: dict[str, int] = {}
    faces: list[dict] = []
    dispatcher = Dispatcher()
    dispatcher.map(
        "/mien/frame", lambda _, seq, time_s, count: seen["osc"].append((seq, time_s, count))
    )
    dispatcher.set_default_handler(lambda address, *values: parts.__setitem__(address, len(values)))
    server = BlockingOSCUDPServer(("127.0.0.1", osc_port), dispatcher)
    threading.Thread(target=receive_osc, args=(server,), daemon=True).start()
    print("ready", flush=True)
    ended = threading.Event()
    lsl = threading.Thread(target=receive_lsl, args=(lsl_name, seen["lsl"], ended), daemon=True)
    if lsl_name:
        lsl.start()
    receive_websocket(ws_port, seen["ws"], faces)
    time.sleep(1.0)
    ended.set()
    if lsl_name:
        lsl.join(5.0)
    server.shutdown()
    print(json.dumps(seen | {"parts": parts, "faces": faces}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
