"""What pages call a model: the name that 'default' means now, and the file behind it."""

from fer_core.app.language.spoken import tr
from fer_core.classification.identity import identify_model
from fer_core.classification.registry import live_choice
from fer_core.errors import ModelError


def model_choice_text(name: str) -> str:
    """A model in a list of choices: ``default`` says which one it is."""
    return tr("default: {name}").format(name=live_choice()) if name == "default" else name


def running_model_text(name: str) -> str:
    """Name, version and first digits of the file's hash; the name alone where it can't be read."""
    try:
        return tr(identify_model(name).text)
    except ModelError:
        return name
