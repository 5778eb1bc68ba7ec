"""Files above Streamlit's usual 200 MB, up to FER_MAX_UPLOAD_MB, over the page's own connection."""

import asyncio
from pathlib import Path

import httpx
import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.browser import free_port
from tests.processes import start

pytestmark = [pytest.mark.alone, pytest.mark.soak, pytest.mark.timeout(300)]

MB = 1024 * 1024
LIMIT_MB = 300


async def upload(host: str, *sizes_mb: int) -> tuple[int, list[int]]:
    """What the Analyse page says that it takes, and the statuses of uploads one after the other."""
    asked = BackMsg()
    asked.rerun_script.page_name = "analyse"
    socket = websockets.connect(
        f"ws://{host}/_stcore/stream",
        origin=websockets.Origin(f"http://{host}"),
        subprotocols=[websockets.Subprotocol("streamlit")],
        max_size=None,
    )
    async with socket as page, httpx.AsyncClient(timeout=None) as client:
        await page.send(asked.SerializeToString())
        session, promised, told = "", 0, ForwardMsg()
        while told.WhichOneof("type") != "script_finished" or not promised:
            told = ForwardMsg.FromString(await asyncio.wait_for(page.recv(), 60))
            session = told.new_session.initialize.session_id or session
            promised = told.delta.new_element.file_uploader.max_upload_size_mb or promised
        await client.get(f"http://{host}/_stcore/health")
        headers = {
            "X-Xsrftoken": client.cookies["_streamlit_xsrf"],
            "Origin": f"http://{host}",
        }
        statuses = []
        for size in sizes_mb:
            answer = await client.put(
                f"http://{host}/_stcore/upload_file/{session}/file{size}",
                files={"file": ("a.mp4", b"0" * (size * MB), "video/mp4")},
                headers=headers,
            )
            statuses.append(answer.status_code)
        return promised, statuses


def test_as_much_as_the_setting_says_and_no_more(tmp_path: Path) -> None:
    port = str(free_port())
    serve = ("-m", "fer_core", "serve", "--port", port)
    with start(*serve, data_dir=tmp_path, FER_MAX_UPLOAD_MB=str(LIMIT_MB)) as app:
        app.wait_for_line("Mien is ready")
        found = asyncio.run(upload(f"127.0.0.1:{port}", LIMIT_MB, LIMIT_MB + 1, LIMIT_MB - 50, 60))
        assert found == (LIMIT_MB, [204, 413, 204, 429]), "twice the largest for a page"
