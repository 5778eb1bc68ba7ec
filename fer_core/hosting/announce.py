"""Say the address when the page is there, not before."""

import http.client
import ssl
import threading
import time
from collections.abc import Callable

from fer_core.hosting.addresses import is_wildcard
from fer_core.hosting.plan import ServingPlan


def wait_until_served(plan: ServingPlan, timeout_s: float = 60.0) -> bool:
    """Whether the server answers within the time; any answer counts."""
    host = plan.host
    if is_wildcard(host):
        host = "::1" if ":" in host else "127.0.0.1"
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        try:
            connection = _connect(plan, host)
            try:
                connection.request("GET", "/_stcore/health")
                connection.getresponse()
            finally:
                connection.close()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            return True
    return False


def announce_when_served(plan: ServingPlan, say: Callable[[str], None]) -> threading.Thread:
    """Say the plan's line once the server answers, which itself needs the main thread."""

    def wait_and_say() -> None:
        if wait_until_served(plan):
            say(plan.announcement())

    thread = threading.Thread(target=wait_and_say, name="announce", daemon=True)
    thread.start()
    return thread


def _connect(plan: ServingPlan, host: str) -> http.client.HTTPConnection:
    if plan.certificate is None:
        return http.client.HTTPConnection(host, plan.port, timeout=2)
    # This process talks to itself: nobody's identity is in question.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, plan.port, timeout=2, context=context)
