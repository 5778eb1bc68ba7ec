"""Live streams: one session per visitor, ICE servers, admission."""

from fer_core.streaming.admission import CONNECTING_S, Admission, Lease, default_max_streams
from fer_core.streaming.ice import ice_servers, is_local, turn_credentials
from fer_core.streaming.session import LiveSession
from fer_core.streaming.snapshot import LiveSnapshot
from fer_core.streaming.timeline import Timeline
from fer_core.temporal.samples import samples_to_csv, samples_to_json

__all__ = [
    "CONNECTING_S",
    "Admission",
    "Lease",
    "LiveSession",
    "LiveSnapshot",
    "Timeline",
    "default_max_streams",
    "ice_servers",
    "is_local",
    "samples_to_csv",
    "samples_to_json",
    "turn_credentials",
]
