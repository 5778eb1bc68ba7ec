"""Which words of a file or folder mean which emotion and which split."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS, FERPLUS_EMOTIONS

TRAIN: Final = "train"
PUBLIC_TEST: Final = "public_test"
PRIVATE_TEST: Final = "private_test"
#: Rows of a set that comes without any division.
ALL: Final = "all"


def _spellings(word: str) -> set[str]:
    """A word as it is, as keyboards without its accents write it, and as German does then."""
    german = re.sub("[äöü]", lambda found: {"ä": "ae", "ö": "oe", "ü": "ue"}[found[0]], word)
    return {word, german, _without_accents(word)}


def _without_accents(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))


_EMOTION_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "angry": ("anger", "wut", "wütend", "ärger", "zorn", "colère", "fâché", "enfado", "enfadado")
    + ("enojo", "enojado", "ira"),
    "disgust": ("disgusted", "ekel", "dégoût", "dégoûté", "asco"),
    "fear": ("fearful", "afraid", "scared", "angst", "furcht", "peur", "effrayé", "miedo"),
    "happy": ("happiness", "joy", "freude", "glücklich", "fröhlich", "joie", "heureux", "heureuse")
    + ("alegría", "felicidad", "feliz"),
    "sad": ("sadness", "trauer", "traurig", "traurigkeit", "tristesse", "triste", "tristeza"),
    "surprise": ("surprised", "überraschung", "überrascht", "étonné", "surpris", "sorpresa")
    + ("sorprendido",),
    "neutral": ("neutrality", "neutre", "neutro"),
    "contempt": ("contemptuous", "verachtung", "mépris", "desprecio"),
}
_EMOTION_OF: Final = {name: name for name in FERPLUS_EMOTIONS} | {
    spelt: name
    for name, words in _EMOTION_SYNONYMS.items()
    for word in words
    for spelt in _spellings(word)
}
#: Words that turn the one that follows into its opposite.
_NOT: Final = frozenset(
    ("not", "no", "non", "un", "without", "nicht", "kein", "ohne", "pas", "sin")
)

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


#: Ways of dividing a set anew -> what its figures are kept under: they are not the set's own test.
DIVISIONS: Final = ("stratified", "participant", "frames", "divided")


def divided_name(name: str, division: str) -> str:
    """``fer2013``, ``frames`` -> ``fer2013-frames``: a set that was divided anew, by one of
    ``DIVISIONS``."""
    return f"{name}-{division}"


def undivided_name(name: str) -> str:
    """``fer2013-frames`` -> ``fer2013``: the set whose pictures these are."""
    stem, _, end = name.rpartition("-")
    return stem if stem and end in DIVISIONS else name


def _plain(word: str) -> str:
    return re.sub(r"[\s_\-.]+", "", unicodedata.normalize("NFC", word)).lower()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).lower())


def parse_emotion(word: str) -> str | None:
    """The emotion a word names, of ``FERPLUS_EMOTIONS``; None if it names none.

    Numbers name none: folders called 1, 2, ... mean another order in every set that has them.
    """
    found = _EMOTION_OF.get(_plain(word))
    numbered = re.fullmatch(r"\d+[\s_\-.]+(\D.*)", word.strip())
    return found or (_EMOTION_OF.get(_plain(numbered[1])) if numbered else None)


def suggest_emotion(word: str) -> str | None:
    """The emotion that a word which names none is most like, such as Suprise; None for no one."""
    if _NOT & set(_words(word)):
        return None
    plain = re.sub(r"^\d+", "", _plain(word))
    near = difflib.get_close_matches(plain, _EMOTION_OF, n=1, cutoff=0.74)
    if near and not plain.startswith("un" + near[0]):  # its opposite
        return _EMOTION_OF[near[0]]
    return guess_emotion(word)


def guess_emotion(name: str) -> str | None:
    """The emotion that whole words of a file's name tell; None where they tell none or several."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    words = _words(stem)
    if _NOT & set(words):
        return None
    named = {emotion for word in words if (emotion := parse_emotion(word)) in EMOTIONS}
    return named.pop() if len(named) == 1 else None


def parse_classes(text: str) -> dict[str, str]:
    """``1=surprise,2=fear`` -> what a folder or label of that name means.

    Raises:
        ConfigError: another form, or no emotion.
    """
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, divider, word = part.partition("=")
        emotion = parse_emotion(word)
        if not divider or not name.strip() or emotion is None:
            raise ConfigError(
                "Classes are given as 1=surprise,2=fear with names of emotions. "
                f"Received: {part!r}."
            )
        found[name.strip().lower()] = emotion
    return found


def parse_fer_emotion(word: str) -> str | None:
    """As ``parse_emotion``, for FER-2013's own column: ``0``..``6`` or one of the seven names."""
    plain = re.sub(r"\.0*$", "", word.strip())  # as pandas writes a column that had a gap
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
