"""What the page says to people, word for word."""

from typing import Final

from fer_core.text import mark

INTRO: Final = mark(
    "Watch a clip, and see which expressions your face showed at which of its moments."
)
AGREE: Final = mark(
    "I agree that the numbers of this viewing (seven means for each second of the clip; no "
    "picture, no name) are kept on this server for {days} days and shown to whoever runs it, only "
    "together with those of at least {others} other viewers. With the code that I get I can "
    "delete them."
)
AGREE_STUDY: Final = mark(
    "I agree that the numbers of this viewing (seven means for each second of each clip, my "
    "answers, and the order of the clips; no picture, no name) are kept on this server for {days} "
    "days and shown to whoever runs it, only together with those of at least {others} other "
    "viewers. With the code that I get I can delete them."
)
COMPARED: Final = mark(
    "Each viewer saw all conditions, so they are compared within viewers. Interval: 95 %, "
    "Student's t; not corrected for how many comparisons are shown. Effect size: Hedges' g of the "
    "differences (mean difference in units of its standard deviation); about 0.2 is called small, "
    "0.5 medium, 0.8 large."
)
NOT_SHARED: Final = mark(
    "Only you see this. Nothing is kept: the owner of this server has chosen no purpose under "
    "which others' numbers may be kept (Access, Purpose)."
)
OWN_NOT_SHARED: Final = mark(
    "Only you see this. Nothing is kept: you have chosen no purpose under which others' numbers "
    "may be kept (Access, Purpose)."
)
LAW: Final = mark(
    "Not for people at work or in education in the European Union, where inferring emotions is "
    "prohibited (Regulation 2024/1689, Art. 5(1)(f)); consent does not lift that."
)
STILL: Final = mark(
    "Your picture did not move while the camera was on, so it is no viewing and cannot be given: "
    "still pictures do not count among the viewers."
)
TOO_MANY: Final = mark(
    "Your network has given as many viewings of this clip as it may in an hour. Try again later."
)
FEWER: Final = mark(
    "Fewer than {k} viewers gave their numbers; nothing is shown before that. A group of {k} of "
    "which one deleted theirs is withheld."
)
COUNTED: Final = mark("**{n}** viewers, counted in full groups of {k}.")
