"""A study: several clips in a row, each under a condition, and a viewer's way through them.

Pure; ``shelf`` keeps studies and what viewers gave, ``contrast`` compares conditions.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fer_core.errors import ConfigError
from fer_core.reactions.course import Heard, ReactionCourse, course_of, marks_of
from fer_core.text import Sentence, clean_name, mark
from fer_core.types import EmotionSample

#: An answer to the study's question is one of these: 1 not at all, to 7 very much.
ANSWERS: Final = tuple(range(1, 8))
MOST_CLIPS: Final = 20
MAX_PAUSE_S: Final = 300
#: A clip of which less was seen says too little, and a group of viewers lacks it as a whole.
MIN_COVERAGE: Final = 0.5


@dataclass(frozen=True, slots=True)
class StudyItem:
    """A clip of a study, by its key, and the condition that it stands for."""

    clip: str
    condition: str


@dataclass(frozen=True, slots=True)
class Study:
    """Several clips to react to.

    Attributes:
        key: names its folder.
        name: as the operator calls it.
        items: in the order in which they were chosen.
        is_random: whether each viewer gets them in an order of their own.
        pause_s: seconds between two clips.
        question: asked after each clip, answered by one of ``ANSWERS``; empty for none.
    """

    key: str
    name: str
    items: tuple[StudyItem, ...]
    is_random: bool
    pause_s: int
    question: str

    @property
    def conditions(self) -> tuple[str, ...]:
        """Each once, in the order in which they were first named."""
        return tuple(dict.fromkeys(item.condition for item in self.items))

    def to_dict(self) -> dict[str, Any]:
        """The study as plain values, as it is kept."""
        return {
            "key": self.key,
            "name": self.name,
            "items": [[item.clip, item.condition] for item in self.items],
            "is_random": self.is_random,
            "pause_s": self.pause_s,
            "question": self.question,
        }

    @classmethod
    def of_dict(cls, values: dict[str, Any]) -> "Study | None":
        """The study of such values; None where they are none."""
        try:
            items = tuple(StudyItem(str(clip), str(name)) for clip, name in values["items"])
            study = cls(
                str(values["key"]),
                str(values["name"]),
                items,
                bool(values["is_random"]),
                int(values["pause_s"]),
                str(values["question"]),
            )
        except (KeyError, TypeError, ValueError):
            return None
        return study if items else None


def make_study(
    key: str,
    *,
    name: str,
    items: Sequence[StudyItem],
    is_random: bool,
    pause_s: int,
    question: str = "",
) -> Study:
    """A study from what an operator typed.

    Raises:
        ConfigError: it has no clip, too many, one twice, or a pause out of range.
        InputError: a name, condition or question cannot be used.
    """
    if not 1 <= len(items) <= MOST_CLIPS:
        raise ConfigError(
            Sentence(
                mark("A study has 1 to {most} clips; choose so many. Got {n}."),
                most=MOST_CLIPS,
                n=len(items),
            )
        )
    if len({item.clip for item in items}) < len(items):
        raise ConfigError(mark("A clip stands in the study twice; choose each once."))
    if not 0 <= pause_s <= MAX_PAUSE_S:
        raise ConfigError(f"A pause lasts 0 to {MAX_PAUSE_S} s; choose another. Got {pause_s}.")
    return Study(
        key,
        clean_name(name, noun="study", longest=80),
        tuple(
            StudyItem(item.clip, clean_name(item.condition, noun="condition", longest=40))
            for item in items
        ),
        is_random,
        pause_s,
        clean_name(question, noun="question", longest=200) if question.strip() else "",
    )


def order_of(study: Study, seed: int) -> tuple[StudyItem, ...]:
    """The clips as the viewer with this seed gets them; the same seed gives the same order."""
    items = list(study.items)
    if study.is_random:
        random.Random(seed).shuffle(items)
    return tuple(items)


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """What one viewer's face showed in one clip of a study.

    Attributes:
        clip, condition: of the item.
        position: 1 for the clip that came first.
        answer: to the study's question; None where none was asked.
        course: by the clip's second.
    """

    clip: str
    condition: str
    position: int
    answer: int | None
    course: ReactionCourse


@dataclass(slots=True)
class StudyRun:
    """One viewer's way through a study: clip, question, pause, clip.

    Times are those of the camera's stream, in s.

    Attributes:
        study: which.
        seed: of the viewer's order.
        order: that order.
        index: of the clip that plays, or whose question is asked.
        is_asking: whether the clip is over and its question is not answered yet.
        answers: one for each clip that is over.
        heard: what the player said, for each clip that began.
    """

    study: Study
    seed: int
    order: tuple[StudyItem, ...] = field(init=False)
    index: int = 0
    is_asking: bool = False
    answers: list[int | None] = field(default_factory=list)
    heard: list[list[Heard]] = field(default_factory=list)
    _pause_until_s: float = 0.0

    def __post_init__(self) -> None:
        self.order = order_of(self.study, self.seed)

    @property
    def item(self) -> StudyItem:
        """The clip that plays, is to begin, or was the last."""
        return self.order[min(self.index, len(self.order) - 1)]

    @property
    def is_over(self) -> bool:
        """Whether every clip is over and every question answered."""
        return self.index >= len(self.order)

    def pause_left_s(self, now_s: float) -> float:
        """Seconds until the next clip may begin; 0 before the first."""
        return max(0.0, self._pause_until_s - now_s)

    def end_clip(self, heard: Sequence[Heard], now_s: float) -> None:
        """The clip is over: its question is asked, or the pause before the next begins."""
        self.heard.append(list(heard))
        self._pause_until_s = now_s + self.study.pause_s
        if self.study.question:
            self.is_asking = True
        else:
            self._go_on(None)

    def answer(self, value: int) -> None:
        """The answer to the question about the clip that is over.

        Raises:
            ConfigError: it is none of ``ANSWERS``.
        """
        if value not in ANSWERS:
            raise ConfigError(f"Answers go from 1 to {ANSWERS[-1]}. Received: {value}.")
        if self.is_asking:
            self._go_on(value)

    def _go_on(self, value: int | None) -> None:
        self.answers.append(value)
        self.is_asking = False
        self.index += 1

    def takes(
        self, samples: Sequence[EmotionSample], durations_s: dict[str, float]
    ) -> tuple[Take, ...]:
        """What the face showed in each clip that is over.

        Args:
            samples: of the whole stream.
            durations_s: of the clips, by their keys.
        """
        done = zip(self.order, self.answers, self.heard, strict=False)
        return tuple(
            Take(
                item.clip,
                item.condition,
                place,
                answer,
                course_of(samples, marks_of(heard), durations_s[item.clip]),
            )
            for place, (item, answer, heard) in enumerate(done, start=1)
            if item.clip in durations_s
        )


def is_complete(study: Study, takes: Collection[Take]) -> bool:
    """Whether the face was seen in enough of every clip, so that the viewing can be compared."""
    seen = {take.clip for take in takes if take.course.coverage >= MIN_COVERAGE}
    return seen == {item.clip for item in study.items}
