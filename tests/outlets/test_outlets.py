"""Outlets and sources one by one: who may listen, who is too slow, what is said where it fails."""

import builtins
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from typer.testing import CliRunner
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from fer_core.cli import app
from fer_core.errors import ConfigError, FerError, InputError, StorageError
from fer_core.outlets import StreamMessage, open_source
from fer_core.outlets.lines import CsvFile
from fer_core.outlets.message import StreamFace
from fer_core.outlets.websocket import MOST_LISTENERS, MOST_WAITING, WebSocketOutlet
from fer_core.records import FaceRecord
from fer_core.temporal.blinks import BlinkRates
from tests.analysis.clips import write_video


def _message(seq: int) -> StreamMessage:
    return StreamMessage(seq, seq / 15, 1.0, 640, 480, ())


@pytest.fixture
def served() -> Iterator[WebSocketOutlet]:
    outlet = WebSocketOutlet("127.0.0.1", 0, origins=["https://lab.example/"])
    yield outlet
    outlet.close()


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("http://localhost:8501", True),
        ("http://127.0.0.1:3000", True),
        ("https://lab.example", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example:80", False),
        ("null", False),
    ],
)
def test_pages_of_other_sites_may_not_listen(
    served: WebSocketOutlet, origin: Any, may: bool
) -> None:
    address = f"ws://127.0.0.1:{served.port}"
    if not may:
        with pytest.raises(InvalidStatus) as refused:
            connect(address, origin=origin)
        assert refused.value.response.status_code == 403
        return
    with connect(address, origin=origin) as connection:
        _until_heard(served, connection)


def _until_heard(served: WebSocketOutlet, connection: Any) -> None:
    for seq in range(100):
        served.send(_message(seq))
        try:
            assert json.loads(connection.recv(timeout=0.05))["width"] == 640
            return
        except TimeoutError:
            continue
    raise AssertionError("nothing came")


def test_what_waits_at_the_end_still_arrives(served: WebSocketOutlet) -> None:
    with connect(f"ws://127.0.0.1:{served.port}") as connection:
        _until_heard(served, connection)
        for seq in range(200, 300):
            served.send(_message(seq))
        threading.Thread(target=served.close).start()
        seen = [json.loads(line)["seq"] for line in connection]
    assert [seq for seq in seen if seq >= 200] == list(range(200, 300))


def test_who_never_reads_is_disconnected_and_the_others_go_on(served: WebSocketOutlet) -> None:
    address = f"ws://127.0.0.1:{served.port}"
    face = StreamFace(FaceRecord((0, 0, 9, 9), 0.9, "happy", {"happy": 1.0}), False, BlinkRates())
    big = StreamMessage(0, 0.0, 1.0, 640, 480, (face,) * 1000)
    with connect(address) as slow, connect(address) as quick:
        _until_heard(served, quick)
        heard: list[int] = []
        thread = threading.Thread(target=_listen, args=(quick, heard))
        thread.start()
        sent, end = 0, time.monotonic() + 60
        while len(served._listeners) > 1 and time.monotonic() < end:
            served.send(big)
            sent += 1
            while sent - len(heard) > MOST_WAITING // 2 and thread.is_alive():
                time.sleep(0.001)
        assert len(served._listeners) == 1
        served.close()
        thread.join(20)
        assert len(heard) >= sent
        had: list[int] = []
        _listen(slow, had)  # what had arrived, then the end
        assert len(had) < sent


def _listen(connection: Any, heard: list[int]) -> None:
    try:
        for _ in connection:
            heard.append(1)
    except ConnectionClosed:
        pass


def test_more_listeners_than_places_are_told(served: WebSocketOutlet) -> None:
    address = f"ws://127.0.0.1:{served.port}"
    with ExitStack() as held:
        for _ in range(MOST_LISTENERS):
            held.enter_context(connect(address))
        end = time.monotonic() + 10
        while len(served._listeners) < MOST_LISTENERS and time.monotonic() < end:
            time.sleep(0.01)
        with connect(address) as late, pytest.raises(ConnectionClosed) as refused:
            late.recv(timeout=5)
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == 1013


def test_a_disk_that_is_full_is_one_sentence() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with pytest.raises(StorageError, match="cannot be written"):
        CsvFile(full)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["nothing.mp4"], "nothing.mp4"),
        (["a.mp4", "--camera", "0"], "not two of them"),
        (["a.mp4", "--osc", "9000"], "--osc needs HOST:PORT"),
        (["a.mp4", "--osc", "no.such.host.invalid:9000"], "has no address"),
        (["a.mp4", "--ws", "x:y"], "--ws needs PORT or HOST:PORT"),
        (["a.mp4", "--csv", "missing/folder.csv"], "cannot be written"),
        (["rtsp://user:secret@127.0.0.1:9/live"], "rtsp://127.0.0.1:9/live cannot be read"),
        (["--camera", "97"], "The camera 97 cannot be read"),
        (["a.mp4", "--model", "nosuch"], "nosuch"),
    ],
)
def test_what_is_wrong_is_one_sentence(options: list[str], said: str, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        result = CliRunner().invoke(app, ["watch", *options])
    assert result.exit_code == 2, (result.exception, result.stderr)
    (line,) = [line for line in result.stderr.splitlines() if said in line]
    assert "secret" not in result.output
    assert "Traceback" not in result.output
    assert line


def test_without_pylsl_the_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **options: Any) -> Any:
        if name == "pylsl":
            raise ModuleNotFoundError("No module named 'pylsl'", name="pylsl")
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", absent)
    result = CliRunner().invoke(app, ["watch", "a.mp4", "--lsl", "x"])
    assert result.exit_code == 2
    assert "pip install 'mien[lsl]'" in result.stderr


class _Container:
    """What ``av.open`` gives: three frames, then an error."""

    duration = None

    def __enter__(self) -> "_Container":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def decode(self, video: int) -> Iterator[av.VideoFrame]:
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 30)
            yield frame
        raise av.error.TimeoutError(110, "Connection timed out")


def test_what_breaks_off_is_opened_again_and_its_time_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    def open_again(where: str, **_: Any) -> _Container:
        opened.append(where)
        if len(opened) == 2:
            raise av.error.ConnectionRefusedError(111, "Connection refused")
        return _Container()

    monkeypatch.setattr(av, "open", open_again)
    monkeypatch.setattr("fer_core.outlets.sources._RETRY_S", (0.01,))
    said: list[str] = []
    stop = threading.Event()
    source = open_source("rtsp://10.0.0.1/live", None, tell=said.append, stop=stop)
    times = []
    for _, time_s, _ in source.frames():
        times.append(time_s)
        if len(times) == 6:
            stop.set()
    assert len(opened) == 3
    assert times == sorted(times)
    assert said[:2] == [
        "rtsp://10.0.0.1/live broke off (Connection timed out); it is tried again.",
        "rtsp://10.0.0.1/live is back.",
    ]


def test_a_playlist_may_not_name_a_file(tmp_path: Path) -> None:
    """An address leads to a playlist that names a file of this computer: nothing is read."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    secret = write_video(tmp_path / "secret.ts", frames=10)

    class Serve(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.apple.mpegurl")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Serve)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        source = open_source(f"http://127.0.0.1:{server.server_port}/live.m3u8", None)
        with pytest.raises(FerError):
            list(source.frames())
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_wrong_port_is_refused() -> None:
    taken = WebSocketOutlet("127.0.0.1", 0)
    try:
        with pytest.raises(ConfigError, match="taken"):
            WebSocketOutlet("127.0.0.1", taken.port)
    finally:
        taken.close()


def test_two_sources_are_refused() -> None:
    with pytest.raises(InputError):
        open_source("a.mp4", "0")
