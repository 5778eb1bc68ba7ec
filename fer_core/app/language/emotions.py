"""What the expressions are called; files, the API and the command line keep the English names."""

from typing import Final

from fer_core.app.language.spoken import capital, tr_in
from fer_core.text import mark_in

#: Each is marked once; a word such as 'fear' may mean something else in a sentence.
_CONTEXT: Final = "emotion"
MARKED: Final = (
    mark_in("emotion", "angry"),
    mark_in("emotion", "disgust"),
    mark_in("emotion", "fear"),
    mark_in("emotion", "happy"),
    mark_in("emotion", "sad"),
    mark_in("emotion", "surprise"),
    mark_in("emotion", "neutral"),
    mark_in("emotion", "contempt"),
    mark_in("emotion", "unsure"),
)


def emotion(name: str) -> str:
    """The name of a label in the visitor's language; any other word stays as it is."""
    return tr_in(_CONTEXT, name) if name in MARKED else name


def emotion_title(name: str) -> str:
    """The same at the beginning of a line."""
    return capital(emotion(name))


def emotion_words() -> dict[str, str]:
    """English name -> name in the visitor's language, of all labels."""
    return {name: emotion(name) for name in MARKED}
