"""The data set studio: recorded sets of faces, with consent, manifest, retention and erasure."""

from fer_core.studio.consent import CONSENT_VERSION, Consent, consent_text
from fer_core.studio.cutting import CutFace
from fer_core.studio.rows import FaceRow
from fer_core.studio.store import StudioSet, list_sets, purge_sets, recordings_dir

__all__ = [
    "CONSENT_VERSION",
    "Consent",
    "CutFace",
    "FaceRow",
    "StudioSet",
    "consent_text",
    "list_sets",
    "purge_sets",
    "recordings_dir",
]
