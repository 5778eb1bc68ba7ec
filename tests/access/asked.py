"""What is asked of the door, and the cookies that it answers with."""

from collections.abc import Callable
from http.cookies import Morsel, SimpleCookie

import httpx

from fer_core.app.access import cookies

Ask = Callable[..., httpx.Response]
#: A page of this server says where it is from.
OWN = {"Origin": "http://mien.test"}


def cookie_of(answer: httpx.Response, name: str = cookies.ACCESS) -> "Morsel[str]":
    return SimpleCookie(answer.headers["set-cookie"])[name]
