"""Gives every answer that is no page a policy; pages have their own where they are made."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fer_core.hosting.policy import NOTHING, headers_of

#: Content that browsers show as it is, and that needs nothing for it; none is one, too.
_PLAIN: Final = ("", "text/plain", "application/json")


class Policies:
    """Outermost, so that refusals have it as well, whoever refuses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                kind = headers.get("content-type", "").partition(";")[0].strip()
                if kind in _PLAIN and "content-security-policy" not in headers:
                    headers.update(headers_of(NOTHING))
            await send(message)

        await self._app(scope, receive, send_with_policy)
