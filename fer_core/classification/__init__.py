"""Models as files: their spec, the registry, and the LiteRT classifier that serves them."""

from fer_core.classification.classifier import Classifier, load_classifier
from fer_core.classification.recurrent import RecurrentHead, has_head, load_head
from fer_core.classification.registry import model_names, resolve_model_dir
from fer_core.classification.spec import ModelSpec, read_spec

__all__ = [
    "Classifier",
    "ModelSpec",
    "RecurrentHead",
    "has_head",
    "load_classifier",
    "load_head",
    "model_names",
    "read_spec",
    "resolve_model_dir",
]
