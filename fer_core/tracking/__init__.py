"""Stable ids over time: who is who from frame to frame."""

from fer_core.tracking.tracker import Tracker

__all__ = ["Tracker"]
