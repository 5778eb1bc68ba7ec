"""One visitor's analysis on their own device, whose seconds come to this server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import streamlit as st

from fer_core.app.access.cookies import browser_of, has_door
from fer_core.app.device.component import Sending, Shows, show_device
from fer_core.app.device.messages import SENDING
from fer_core.app.device.samples import ROUTE, open_inlet, take_body
from fer_core.app.device.way import Way, is_offered, what_hinders
from fer_core.app.language.spoken import told, tr
from fer_core.app.parts.resume import offer_return
from fer_core.app.stream.messages import CONSENT, CONSENT_OF_SERVER, Message
from fer_core.app.stream.show import REFRESH_S, Places
from fer_core.app.stream.start import start_button
from fer_core.app.stream.visit import Visit
from fer_core.config import settings
from fer_core.device.inlet import MOST_SAMPLES, DeviceSecond, SampleInlet
from fer_core.errors import FerError
from fer_core.hosting.draining import NO_BEGINNING, shared_drain
from fer_core.text import mark

#: How the browser steadies what it sees, as a stream to the server does.
_FILTER: Final = "plain"
_PLACE: Final = "device"
#: What arrives later than this is said to be missing.
SILENT_AFTER_S = 10.0
SILENT = Message(
    "warning",
    mark(
        "Nothing arrives from your device: see that its network is up and that this page is in "
        "view. What it measures waits there for half a minute."
    ),
)


@dataclass(slots=True)
class DeviceVisit:
    """State of one visitor; only their own script thread changes it.

    Attributes:
        inlet: takes the seconds while the camera is on; None else.
        problem: why it could not begin, to be said.
        attempt: number of the start; the browser's side begins anew with each.
    """

    inlet: SampleInlet | None = None
    problem: Message | None = None
    attempt: int = 0
    _token: str = ""

    @property
    def is_on(self) -> bool:
        """Whether it runs."""
        return self.inlet is not None

    def must_wait(self) -> bool:
        """Whether nothing begins, since the process is about to end; ``problem`` then says so."""
        if shared_drain().is_on:
            self.problem = Message("error", NO_BEGINNING)
            return True
        return False

    def start(
        self, purpose: str, listen: Callable[[DeviceSecond], None] | None = None
    ) -> SampleInlet | None:
        """Let the browser analyse and send; None where it cannot, and ``problem`` says why.

        Args:
            purpose: as for ``open_inlet``.
            listen: as for ``open_inlet``.
        """
        self.stop()
        try:
            self.inlet, self._token = open_inlet(purpose, browser_of(st.context.cookies), listen)
        except FerError as error:
            self.problem = Message("error", told(error))
            return None
        self.attempt += 1
        return self.inlet

    def stop(self) -> None:
        """Nothing more is taken."""
        self.problem = None
        if self.inlet is not None:
            self.inlet.close()
            self.inlet = None

    @property
    def message(self) -> Message | None:
        """What there is to say while it runs."""
        if self.inlet is not None and self.inlet.since_arrival_s > SILENT_AFTER_S:
            return SILENT
        return None

    def show(self, *, key: str, shows: Shows, windows: Mapping[str, Any] | None = None) -> None:
        """Draw the picture; only this part of the page runs again for what it says.

        Args:
            key: of the element.
            shows, windows: as for ``show_device``.
        """
        offer_return(_PLACE, is_on=True, button="")
        st.fragment(partial(self._draw, f"{key}-{self.attempt}", shows, windows))()

    def _draw(self, key: str, shows: Shows, windows: Mapping[str, Any] | None) -> None:
        if self.inlet is None:
            return
        sending = Sending(
            ROUTE.lstrip("/") if has_door() else "",
            self._token,
            MOST_SAMPLES,
            self.inlet.last_seq,
            _take_state,
        )
        try:
            show_device(
                key=key,
                model=settings().model,
                detector=settings().detector,
                steady=_FILTER,
                on_close=self.stop,
                shows=shows,
                sending=sending,
                windows=windows,
            )
        except FerError as error:
            st.error(told(error))


def _take_state(text: str) -> None:
    """A batch by the component's state: the same door, without a request."""
    take_body(text.encode(), browser_of(st.context.cookies))


def is_device_offered() -> bool:
    """Whether visitors' own devices may analyse, and can with this server's detector."""
    return is_offered(Way.DEVICE) and hindrance() is None


def hindrance() -> str | None:
    """Why no visitor's device can do what this server is set to, one sentence; None else."""
    return what_hinders(settings().model, settings().detector, _FILTER)


def show_on_device(
    device: DeviceVisit,
    places: Places,
    *,
    key: str,
    shows: Shows,
    controls: Callable[[], None],
    beside: Callable[[], None],
) -> None:
    """Draw a page's analysis on the device where its stream to the server would stand.

    Args:
        device: whose.
        places: where the parts stand.
        key, shows: as for ``DeviceVisit.show``.
        controls: draws the page's buttons.
        beside: draws a moment, again and again, while the camera is on.
    """
    with places.head:
        controls()
    with places.video:
        device.show(key=key, shows=shows)
    with places.side, st.container():
        st.fragment(beside, run_every=REFRESH_S)()


def show_ways(
    visit: Visit,
    label: str,
    *,
    key: str,
    on_device: Callable[[], None],
    on_server: Callable[[], None],
    is_primary: bool = True,
) -> None:
    """The buttons that start: on the device first, then over the server, as far as offered.

    Args:
        visit: of the stream to the server.
        label: of the button; the other one says that it goes over the server.
        key: of the server's button; the device's ends with ``_device``.
        on_device, on_server: what starts.
        is_primary: whether starting is the page's main action now.
    """
    is_device = is_device_offered()
    if is_device:
        offer_return(_PLACE, is_on=False, button=f"{key}_device")
        st.button(
            label,
            type="primary" if is_primary else "secondary",
            icon=":material/devices:",
            key=f"{key}_device",
            on_click=on_device,
        )
    if is_offered(Way.SERVER):
        start_button(
            visit,
            tr("{label} over the server").format(label=label) if is_device else label,
            key=key,
            on_click=on_server,
            is_primary=is_primary and not is_device,
        )
    elif not is_device:
        st.error(hindrance())


def consent_of_ways() -> str:
    """Where the picture is analysed, in the ways that are offered."""
    said = []
    if is_device_offered():
        said.append(f":material/devices: {tr(SENDING)}")
    if is_offered(Way.SERVER):
        said.append(f":material/lock: {tr(CONSENT_OF_SERVER if said else CONSENT)}")
    return "  \n".join(said)
