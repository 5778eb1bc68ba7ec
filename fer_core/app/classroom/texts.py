"""What is said to students, educators and those before a camera."""

from typing import Any, Final

from fer_core.app.stream.messages import CONSENT

LEAD: Final = (
    "See how a class as a whole attends and which expressions it shows, never one student."
)

LAW: Final = (
    "In the European Union, inferring emotions of people in education is prohibited (Regulation "
    "2024/1689, Art. 5(1)(f)), except for medical or safety reasons; nobody's consent lifts that."
)

INDEX: Final = (
    "**Facing the screen**: head turned by at most 25°. **Eyes open**: measured openness of at "
    "least one half. **Concentration index** (Sharma et al. 2019): weight of the shown expression "
    "× weight of the gaze / 4.5; it was never validated for a class. All measure what faces show, "
    "not what anybody thinks or feels. Shares are rounded to tenths."
)

NO_PURPOSE: Final = (
    "Rooms can't be opened yet: the owner of this server has not chosen a purpose that lets "
    "others join; they do so on the Wellbeing page, under Team. Until then there are the "
    "demonstration and your own view."
)

_PURPOSES: Final = {
    "medical_or_safety": ("medical or safety", "reason"),
    "research": ("research", "reference"),
    "permitted_here": ("permitted where this server is used", "jurisdiction"),
}


def purpose_text(value: dict[str, Any]) -> str:
    """The owner's purpose in words, with what they said of it."""
    name, detail = _PURPOSES.get(str(value.get("purpose")), ("none", ""))
    said = str(value.get(detail, "")).strip()
    return f"{name} ({said})" if said else name


def consent_text(*, k_min: int, days: int, purpose: str) -> str:
    """What a student agrees to, one paragraph a line; kept with the consent as a hash."""
    return "\n".join(
        (
            f"What happens: {CONSENT}",
            "What is stored: for every second, under a pseudonym, how far your face showed each "
            "of seven expressions, whether it was turned to the screen and whether your eyes "
            f"were open; for {days} days.",
            f"Who sees what: you see your own; the educator sees how many joined, and means of at "
            f"least {k_min} people, in tenths. Nobody else sees anything about you alone.",
            f"What for: {purpose}.",
            "Your right: leave whenever you like; that erases what was stored about you, at once. "
            "Means of the class that were shown before stay; they name nobody.",
            "It is your choice, and saying no must bring you no disadvantage. If you are a minor, "
            "your guardians must have agreed as well.",
        )
    )


#: On the screen while a camera watches a class.
NOTICE_TITLE: Final = "A camera measures this class"
NOTICE: Final = (
    "It finds faces and the expressions they show, in memory only: no picture and nothing about a "
    "single face is stored. What is kept is each second's mean of at least {k} people, for {days} "
    "days. Whoever does not want this may say so, or sit out of view, at no disadvantage."
)

CAMERA_CONFIRMATIONS: Final = (
    "Everybody in view was told beforehand what is measured, why, and for how long it is kept.",
    "Everybody in view has agreed, and for minors their guardians have.",
    "Whoever did not agree sits out of the camera's view.",
)
