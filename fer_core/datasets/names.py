"""Which words of a file or folder mean which emotion and which split."""

import re
from typing import Final

from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS

TRAIN: Final = "train"
PUBLIC_TEST: Final = "public_test"
PRIVATE_TEST: Final = "private_test"
#: Rows of a set that comes without any division.
ALL: Final = "all"

_EMOTION_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "angry": ("anger",),
    "disgust": ("disgusted",),
    "fear": ("fearful", "afraid", "scared"),
    "happy": ("happiness", "joy"),
    "sad": ("sadness",),
    "surprise": ("surprised",),
    "neutral": ("neutrality", "calm"),
    "contempt": ("contemptuous",),
}
_EMOTION_OF: Final = {name: name for name in FERPLUS_EMOTIONS} | {
    word: name for name, words in _EMOTION_SYNONYMS.items() for word in words
}

# A folder called `test` is held out for the last score: the name does not say that a choice may
# be made on it, so it is treated as the stricter of the two. Only where the files themselves are
# called PublicTest_... (Kaggle's folder form of FER-2013) do they say otherwise.
_SPLIT_OF: Final = {
    "train": TRAIN,
    "training": TRAIN,
    "publictest": PUBLIC_TEST,
    "public": PUBLIC_TEST,
    "validation": PUBLIC_TEST,
    "valid": PUBLIC_TEST,
    "val": PUBLIC_TEST,
    "privatetest": PRIVATE_TEST,
    "private": PRIVATE_TEST,
    "test": PRIVATE_TEST,
    "testing": PRIVATE_TEST,
}


def _plain(word: str) -> str:
    return re.sub(r"[\s_\-.]+", "", word).lower()


def parse_emotion(word: str) -> str | None:
    """The emotion a word names, of ``FERPLUS_EMOTIONS``; None if it names none.

    Besides the names and their synonyms, ``0``..``6`` are understood as FER-2013's numbers.
    """
    plain = _plain(word)
    if plain.isdecimal() and int(plain) < len(EMOTIONS):
        return EMOTIONS[int(plain)]
    return _EMOTION_OF.get(plain)


def parse_split(word: str) -> str | None:
    """``train``, ``public_test`` or ``private_test``; None if the word names no split."""
    return _SPLIT_OF.get(_plain(word))
