"""Presses on Start that the browser repeats until the server has acted.

A press has a number, by which it is acted on once, and the version of the visit that the page
showed when it was made, by which one that comes late undoes nothing that was wished since.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from fer_core.app.parts.component import pack, source

_WATCH = st.components.v2.component("mien_press", js=source("press.js"))


@dataclass(frozen=True, slots=True)
class Press:
    """A press that the browser has not seen answered.

    Attributes:
        number: larger than those of all earlier presses in this browser.
        version: of the visit as the page showed it.
    """

    number: int
    version: int


@dataclass(slots=True)
class Presses:
    """What a visit does with presses on the button that starts it.

    Attributes:
        version: of the visit; it grows with every change, and with every press that was answered,
            from a number that no other visit has: after a gap of the network, or a restart of the
            server, a browser tells a new visit what it told the one before.
        acted: number of the latest press that the browser had to repeat.
        key: of the button; empty while the page has none.
    """

    version: int = field(default_factory=lambda: secrets.randbelow(2**48))
    acted: int = 0
    key: str = ""
    _act: Callable[[], None] | None = None
    _is_pressed: bool = False

    def note_change(self) -> None:
        """The visit is not what the page showed: presses made before are over."""
        self.version += 1

    def offer(self, key: str, act: Callable[[], None]) -> Callable[[], None]:
        """The page has a button that starts the stream; what is to be done when it is pressed.

        Args:
            key: of the button.
            act: starts, or says why not.
        """

        def answer() -> None:
            self.note_change()  # whatever comes of it
            act()

        self.key, self._act = key, answer
        return answer

    def withdraw(self) -> None:
        """The page has no such button."""
        self.key, self._act = "", None

    def take(self, press: Press | None) -> bool:
        """Look at a press that the browser saw unanswered; True where it is to be acted on."""
        if press is None or press.number <= self.acted:
            return False
        self.acted = press.number
        self._is_pressed = press.version == self.version and self._act is not None
        return self._is_pressed

    def act(self) -> bool:
        """Do what the press that was taken asks for; True where there was one."""
        was_pressed, self._is_pressed = self._is_pressed, False
        if was_pressed and self._act is not None:
            self._act()
        return was_pressed


def watch_presses(presses: Presses) -> Press | None:
    """Place the watch on the page; the latest press that went unanswered, if any."""
    data = {"button": presses.key, "version": presses.version, "acted": presses.acted}
    result = _WATCH(
        key="press_watch", data=pack(data), default={"press": None}, on_press_change=_rerun_only
    )
    return parse_press(result.get("press"))


def _rerun_only() -> None:
    """A press that is told reruns the part of the page; nothing else is to be done."""


def parse_press(value: Any) -> Press | None:
    """A press as the browser sent it; None where it is not one (it comes from outside)."""
    if not isinstance(value, Mapping):
        return None
    number, version = value.get("number"), value.get("version")
    if not all(isinstance(one, (int, float)) and abs(one) < 2**53 for one in (number, version)):
        return None
    return Press(int(number), int(version))  # type: ignore[arg-type]
