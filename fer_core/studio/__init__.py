"""The data set studio: recorded sets of faces, with consent, manifest, retention and erasure."""

from fer_core.studio.consent import CONSENT_VERSION, RecordingConsent, consent_text
from fer_core.studio.cutting import CutFace
from fer_core.studio.names import recordings_dir
from fer_core.studio.rows import FaceRow
from fer_core.studio.shelf import list_sets, purge_sets
from fer_core.studio.store import StudioSet

__all__ = [
    "CONSENT_VERSION",
    "CutFace",
    "FaceRow",
    "RecordingConsent",
    "StudioSet",
    "consent_text",
    "list_sets",
    "purge_sets",
    "recordings_dir",
]
