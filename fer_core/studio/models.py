"""Models that learned from recorded sets: what their cards say, and what to forget."""

from pathlib import Path

from fer_core.classification.registry import check_name
from fer_core.config import settings
from fer_core.errors import ConfigError
from fer_core.files import clear_pieces, peek_object, put_back, write_json, write_whole
from fer_core.locks import hold
from fer_core.training.personal_card import CARD_NAME, KEY, studio_card


def models_dir() -> Path:
    """Where models that people made lie."""
    return settings().data_dir / "models"


def forget_participant(model: str, participant: str) -> bool:
    """Take a participant's figures off a model and its card; whether there were any.

    Alone among all that change the model: a scoring that read the figures before would else write
    them back, and a card that was made before would bring them back.

    Raises:
        BusyError: somebody else has been changing the model for too long.
        OSError: there is no room or no right.
    """
    try:
        check_name(model)
    except ConfigError:
        return False
    put_back(models_dir())  # a kill may have left the model beside its place
    folder = models_dir() / model
    if not folder.is_dir():
        return False
    with hold(folder):
        metrics = peek_object(folder / "metrics.json")
        part = metrics.get(KEY)
        people = part.get("by_participant") if isinstance(part, dict) else None
        if not isinstance(people, dict):
            return False
        was_there = people.pop(participant, None) is not None
        if was_there:
            write_json(folder / "metrics.json", metrics)
        # Also where the figures are gone already: who was killed between the two left the card.
        write_whole(folder / CARD_NAME, studio_card(peek_object(folder / "spec.json"), metrics))
        clear_pieces(folder, 0.0)  # nobody else writes here now
    return was_there
