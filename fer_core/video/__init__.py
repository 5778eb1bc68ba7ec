"""Videos in and out through PyAV, frame by frame, in constant memory."""

from fer_core.video.reader import SUFFIXES, VideoReader
from fer_core.video.seek import read_frame, read_span
from fer_core.video.sound import add_sound
from fer_core.video.writer import VideoWriter

__all__ = ["SUFFIXES", "VideoReader", "VideoWriter", "add_sound", "read_frame", "read_span"]
