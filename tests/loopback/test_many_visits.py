"""What a visit opens is closed: after many as after few."""

import asyncio
import gc
import socket
import threading
from pathlib import Path

import pytest
from aiortc import RTCPeerConnection

from fer_core.streaming import LiveSession
from tests.clock import wait_until
from tests.loopback.peers import stream
from tests.streaming.fakes import FakePipeline

AT_ONCE = 5


async def visits(count: int) -> None:
    """So many visitors, some at once, each until pictures have come back."""

    async def visit() -> None:
        session = LiveSession(FakePipeline)
        received = await stream(session.callback, lambda got: len(got.frames) >= 3)
        session.close()
        assert len(received.frames) >= 3

    for _ in range(count // AT_ONCE):
        await asyncio.gather(*(visit() for _ in range(AT_ONCE)))


def held() -> dict[str, int]:
    """What this process holds now."""
    gc.collect()
    things = gc.get_objects()
    folder = Path("/proc/self/fd")
    return {
        "threads": threading.active_count(),
        "files": len(list(folder.iterdir())) if folder.exists() else 0,
        "sockets": sum(type(one) is socket.socket for one in things),
        "peers": sum(isinstance(one, RTCPeerConnection) for one in things),
        "sessions": sum(type(one) is LiveSession for one in things),
    }


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_many_visits_leave_no_more_than_few(count: int) -> None:
    asyncio.run(visits(AT_ONCE))
    few = held()

    def is_no_more() -> bool:
        return all(many <= few[name] for name, many in held().items())

    asyncio.run(visits(count))
    wait_until(is_no_more)
