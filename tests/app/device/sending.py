"""A visitor's device in a test's hands: sends seconds to the visit that a page opened."""

import json
from dataclasses import dataclass, field
from typing import Any

from fer_core.app.device.samples import take_body
from fer_core.app.device.visit import DeviceVisit
from tests.clock import Clock
from tests.device.samples import face, sample


@dataclass
class Device:
    """Sends the seconds of one visit, the next ones each time."""

    visit: DeviceVisit
    seq: int = 0
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        assert self.visit.inlet is not None
        self.visit.inlet.clock = self.clock

    def send(self, seconds: int, *faces: dict[str, Any], is_still: bool = False) -> dict[str, Any]:
        """Send so many seconds at once, each with these faces, which sway unless they are still
        pictures; the server's answer."""
        self.clock.now_s += seconds
        batch = []
        for number in range(self.seq, self.seq + seconds):
            sway = 0 if is_still else 0.03 * (number % 2)
            swaying = [{**one, "box": [v + sway for v in one["box"]]} for one in faces or [face()]]
            batch.append(sample(number, None, *swaying))
        self.seq += seconds
        body = json.dumps({"token": self.visit._token, "samples": batch}).encode()
        status, answer = take_body(body, self.visit.inlet.browser if self.visit.inlet else "")
        assert status == 200, answer
        return answer
