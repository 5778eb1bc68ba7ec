"""Which words of a file or folder mean which emotion and which split."""

import re
from collections.abc import Iterable
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
    "neutral": ("neutrality",),
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

    Numbers name none: folders called 1, 2, ... mean another order in every set that has them.
    """
    return _EMOTION_OF.get(_plain(word))


def parse_fer_emotion(word: str) -> str | None:
    """As ``parse_emotion``, for FER-2013's own column: ``0``..``6`` or one of the seven names."""
    plain = word.strip()
    if len(plain) == 1 and plain in "0123456":
        return EMOTIONS[int(plain)]
    name = parse_emotion(word)
    return name if name in EMOTIONS else None


def sort_splits(splits: Iterable[str]) -> list[str]:
    """``train``, ``public_test``, ``private_test``, then others as they come."""
    order = (TRAIN, PUBLIC_TEST, PRIVATE_TEST)
    return sorted(splits, key=lambda name: order.index(name) if name in order else len(order))


def parse_split(word: str) -> str | None:
    """``train``, ``public_test`` or ``private_test``; None if the word names no split."""
    return _SPLIT_OF.get(_plain(word))
