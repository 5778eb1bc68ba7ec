"""Labels on pictures in the visitor's language."""

from collections.abc import Callable
from functools import cache, partial

import av

from fer_core.app.language.catalogues import SOURCE
from fer_core.app.language.emotions import emotion_words
from fer_core.app.language.language import language_of
from fer_core.app.language.spoken import speaking, spoken
from fer_core.app.private import page_font
from fer_core.imaging.draw import ENGLISH, Lettering, annotate


def spoken_lettering() -> Lettering:
    """How ``annotate`` writes them."""
    return _lettering_of(spoken().code)


def spoken_annotate() -> Callable[..., av.VideoFrame]:
    """``annotate`` for a stream, whose thread has no page: in the language of this moment."""
    return partial(annotate, lettering=spoken_lettering())


@cache
def _lettering_of(code: str) -> Lettering:
    if code == SOURCE:
        return ENGLISH
    with speaking(language_of(code)):
        return Lettering(emotion_words(), page_font())
