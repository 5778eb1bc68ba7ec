"""From scratch, or taught by a network that knew faces before: two columns that are never mixed."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from fer_core.classification.spec import ModelSpec
from fer_core.text import mark

SCRATCH: Final = mark("from scratch")
TAUGHT: Final = mark("taught by a network that knows faces")


def origin_of(spec: ModelSpec) -> str:
    """``SCRATCH`` for a model that only the data it names taught, else ``TAUGHT``.

    A recipe says so by weights that it begins with (``network.weights``); an export, by
    ``knows_faces`` among its data (see ``knew_before``).
    """
    network: dict[str, Any] = spec.recipe.get("network") or {}
    is_taught = bool(network.get("weights")) or bool(spec.data.get("knows_faces"))
    return TAUGHT if is_taught else SCRATCH


def knew_before(recipe: Mapping[str, Any], others: Iterable[Mapping[str, Any]] = ()) -> list[str]:
    """Architectures that came with weights, anywhere in a run's line; empty: from scratch.

    Args:
        recipe: of the run, as plain values.
        others: ``config.json`` of each run that it began with or that taught it; what those owe to
            networks with weights goes on to it.
    """
    network = recipe.get("network") or {}
    found = {network["architecture"]} if network.get("weights") else set()
    for config in others:
        found.update((config.get("data") or {}).get("knows_faces", ()))
        found.update(knew_before(config.get("recipe") or {}))
    return sorted(found)
