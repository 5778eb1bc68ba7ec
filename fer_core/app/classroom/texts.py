"""What is said to students, educators and those before a camera."""

from typing import Any, Final

from fer_core.app.device.messages import EITHER_WAY
from fer_core.app.language.spoken import number, tr, tr_in
from fer_core.config import settings
from fer_core.storage.answers import WAIT_S
from fer_core.text import mark

WAIT_MIN: Final = WAIT_S // 60

LEAD: Final = mark(
    "See how a class as a whole attends and which expressions it shows, never one student."
)

LAW: Final = mark(
    "In the European Union, inferring emotions of people in education is prohibited (Regulation "
    "2024/1689, Art. 5(1)(f)), except for medical or safety reasons; nobody's consent lifts that."
)

INDEX: Final = mark(
    "**Facing the screen**: head turned by at most 25°. **Eyes open**: measured openness of at "
    "least one half. **Concentration index** (Sharma et al. 2019): weight of the shown expression "
    "× weight of the gaze / 4.5; it was never validated for a class. All measure what faces show, "
    "not what anybody thinks or feels. Shares are rounded to tenths."
)

NO_PURPOSE: Final = mark(
    "Rooms can't be opened yet: the owner of this server has not chosen a purpose that lets "
    "others join; they do so on the Access page, under Purpose. Until then there are the "
    "demonstration and your own view."
)
OWN_NO_PURPOSE: Final = mark(
    "Rooms can't be opened yet: choose a purpose that lets others join on the Access page, under "
    "Purpose. Until then there are the demonstration and your own view."
)

_PURPOSES: Final = {
    "medical_or_safety": (mark("medical or safety"), "reason"),
    "research": (mark("research"), "reference"),
    "permitted_here": (mark("permitted where this server is used"), "jurisdiction"),
}


def purpose_text(value: dict[str, Any]) -> str:
    """The owner's purpose in words, with what they said of it."""
    key = str(value.get("purpose"))
    if key not in _PURPOSES:
        return tr_in("purpose", "none")
    name, detail = _PURPOSES[key]
    said = str(value.get(detail, "")).strip()
    return f"{tr(name)} ({said})" if said else tr(name)


def law_text(purpose: str) -> str:
    """What the law says where a purpose holds: it names the purpose, not a ban that it lifts."""
    return tr(
        "Open under the purpose that was confirmed for this server: {purpose}. Without one, the "
        "European Union's rule for education holds, whatever anybody agrees to (Regulation "
        "2024/1689, Art. 5(1)(f))."
    ).format(purpose=purpose)


def consent_text(*, k_min: int, days: int, purpose: str) -> str:
    """What a student agrees to, one paragraph a line, in the visitor's language; kept with the
    consent as a hash."""
    return "\n".join(
        (
            tr("What happens: {way}").format(way=tr(EITHER_WAY)),
            tr(
                "What is stored: for every second, under a pseudonym, how far your face showed "
                "each of seven expressions, whether it was turned to the screen and whether your "
                "eyes were open; for {days} days. If you say that you follow or are lost: that, "
                "and what your camera would have said, until it is counted; what is not counted "
                "in {minutes} minutes goes within two hours."
            ).format(days=number(days), minutes=number(WAIT_MIN)),
            tr(
                "Who sees what: you see your own; the educator sees how many joined, and means of "
                "at least {k} people, in tenths; of what you say of yourself, only how many of at "
                "least {k} said so, and how often their cameras agreed. Nobody else sees anything "
                "about you alone."
            ).format(k=number(k_min)),
            tr("What for: {purpose}.").format(purpose=purpose),
            tr(
                "Your right: leave whenever you like; that erases what was stored about you, at "
                "once. Means of the class that were shown before stay; they name nobody."
            ),
            tr(
                "It is your choice, and saying no must bring you no disadvantage. If you are a "
                "minor, your guardians must have agreed as well."
            ),
        )
    )


#: Under the two answers of a student.
ANSWER: Final = mark(
    "Anonymous: your educator sees only how many of at least {k} people said so, and how often "
    "their cameras agree. It is deleted once it is counted, and not counted after {minutes} "
    "minutes."
)
#: Beside what students said of themselves.
ANSWERS: Final = mark(
    "**Say they follow**: share of those who pressed *I am following* or *I am lost*, each answer "
    "counted once, together with at least as many as the smallest group that is shown has people. "
    "**Camera agrees**: share of them whose camera would have said the same; it says *following* "
    "of whoever faced the screen with open eyes for most of the 30 s before."
)

#: On the screen while a camera watches a class.
NOTICE_TITLE: Final = mark("A camera measures this class")
NOTICE: Final = mark(
    "It finds faces and the expressions they show, in memory only: no picture and nothing about a "
    "single face is stored. What is kept is each second's mean of at least {k} people, for {days} "
    "days. Whoever does not want this may say so, or sit out of view, at no disadvantage."
)


def notice_text(k_min: int) -> str:
    """The notice, with who is counted together and for how long it is kept."""
    return tr(NOTICE).format(k=number(k_min), days=number(settings().retention_days))


#: Why a face in view may not be counted.
COUNTED: Final = mark(
    "A face counts once it has moved three times within a minute; posters and drawings do not."
)
#: Said to a student whose camera shows a still picture.
STILL: Final = mark(
    "Your picture has not moved like a person's in the last minute, so it does not count in the "
    "class."
)

CAMERA_CONFIRMATIONS: Final = (
    mark(
        "Everybody in view was told beforehand what is measured, why, and for how long it is kept."
    ),
    mark("Everybody in view has agreed, and for minors their guardians have."),
    mark("Whoever did not agree sits out of the camera's view."),
)
