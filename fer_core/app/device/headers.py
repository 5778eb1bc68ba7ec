"""Headers of what the browser loads for it: kept for good, and allowed as little as it needs."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fer_core.app.device.assets import IMMUTABLE
from fer_core.hosting.policy import WORKER, headers_of

#: The worker takes its policy from its own file.
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", **headers_of(WORKER)}


class DeviceHeaders:
    """Sets them on answers whose address holds the hash of what is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or f"/{IMMUTABLE}" not in scope["path"]:
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)
