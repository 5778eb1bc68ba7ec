"""What the page says to people, word for word."""

from typing import Final

INTRO: Final = "Watch a clip, and see which expressions your face showed at which of its moments."
AGREE: Final = (
    "I agree that the numbers of this viewing (seven means for each second of the clip; no "
    "picture, no name) are kept on this server for {days} days and shown to whoever runs it, only "
    "together with those of at least {others} other viewers. With the code that I get I can "
    "delete them."
)
NOT_SHARED: Final = (
    "Only you see this. Nothing is kept: the owner of this server has chosen no purpose under "
    "which others' numbers may be kept (Wellbeing, Team, Purpose)."
)
LAW: Final = (
    "Not for people at work or in education in the European Union, where inferring emotions is "
    "prohibited (Regulation 2024/1689, Art. 5(1)(f)); consent does not lift that."
)
