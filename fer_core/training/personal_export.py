"""From a recorded set to a personal model folder that the live page serves."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.classification import Classifier
from fer_core.classification.preprocess import normalize
from fer_core.classification.spec import FileSpec, ModelSpec
from fer_core.config import is_in_data_dir
from fer_core.datasets.resize import resize_faces
from fer_core.evaluation.calibration import fit_temperature
from fer_core.files import whole_folder, write_json
from fer_core.text import mark
from fer_core.training.compact import save_compact
from fer_core.training.export_figures import agreement, latency_ms
from fer_core.training.model_folder import check_target, convert
from fer_core.training.personal import FEATURES, Embedded, PersonalBase, Tell
from fer_core.training.personal_card import CARD_NAME, KEY, studio_card
from fer_core.training.personal_head import Head, HeldOut, fit_head
from fer_core.types import FloatArray, ImageArray

#: The ranges of int8 are measured on this many pictures, faces of the set moved and turned a bit.
REPRESENTATIVE = 200
#: A temperature fitted on a few faces may be anything; beyond these it would hide every doubt.
TEMPERATURES = (0.5, 5.0)
_FILE = "model_int8.tflite"


def export_personal(
    data: Embedded,
    base: PersonalBase,
    report: dict[str, Any],
    held_out: HeldOut,
    out: Path,
    *,
    tell: Tell = lambda _step, _share: None,
) -> ModelSpec:
    """Fit the head on all faces and write the model folder, whole or not at all.

    Args:
        report, held_out: of ``report_of``; pull and temperature are chosen on held-out faces.

    Raises:
        InputError: ``out`` is something else than a model.
    """
    check_target(out)
    tell(mark("Fitting the head on all faces"), 0.4)
    both = np.concatenate([data.features, data.mirrored])
    head = fit_head(both, np.tile(data.labels, 2), base.start, pull=held_out.pull)
    network = with_head(base, head)
    images = resize_faces(data.faces.faces(), base.spec.input.size)
    tell(mark("Quantising to 8 bits"), 0.5)
    mode = base.spec.input.normalize
    content = convert(network, base.spec.input.size, normalize(_vary(images), mode))
    tell(mark("Measuring what quantisation changed, and the speed"), 0.9)
    temperature = float(np.clip(fit_temperature(held_out.logits, data.labels), *TEMPERATURES))
    file = FileSpec(
        file=_FILE,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        temperatures={"fer": temperature},
    )
    people = data.faces.participants
    spec = ModelSpec(
        name=out.name,
        architecture=base.spec.architecture,
        parameters=int(network.count_params()),
        labels=base.spec.labels,
        outputs=("fer",),
        served={"fer": 1.0},
        input=base.spec.input,
        files={"int8": file},
        data={
            "name": data.faces.name,
            "sha256": report["data_sha256"],
            "split": f"held out: {report['held_out']['how']}",
            "leaky": False,
            "counts": {"all": len(data.labels)},
            "has_private_test": False,
            "participants": 0 if people is None else len(np.unique(people)),
            "licence": f"that of the pictures of {data.faces.name}, none of which is kept",
            "base": base.spec.name,
            "base_sha256": next(iter(base.spec.files.values())).sha256,
        },
        recipe=base.spec.recipe
        | {
            "name": "head",
            "about": f"The head of {base.spec.name}, fine-tuned.",
            "pull": held_out.pull,
        },
    )
    served = Classifier(spec, "int8", content)
    reference = _served_columns(spec, head.logits(data.features) / temperature)
    metrics = {
        "export": {
            "parameters": spec.parameters,
            "agreement": agreement(reference, served.predict_proba(images)),
            "latency_ms": {"int8": latency_ms(served, images)},
            "bytes": {"int8": file.bytes},
            "temperatures": {"int8": file.temperatures},
            "served": spec.served,
        },
        KEY: _card_part(report),
    }
    _write(out, spec, metrics, content, network)
    return spec


def with_head(base: PersonalBase, head: Head) -> Any:
    """The base's features and the new head as one Keras model with the output ``fer``."""
    import keras

    features = base.network.get_layer(FEATURES).output
    dense = keras.layers.Dense(len(head.bias), dtype="float32", name="fer")
    model = keras.Model(base.network.input, {"fer": dense(features)}, name="personal")
    dense.set_weights([head.weights, head.bias])
    return model


def _vary(images: ImageArray) -> ImageArray:
    """(REPRESENTATIVE, size, size) uint8: the faces in turn, moved, mirrored and lit a bit."""
    rng = np.random.default_rng(0)
    out = np.empty((REPRESENTATIVE, *images.shape[1:]), np.uint8)
    order = rng.permutation(np.arange(REPRESENTATIVE) % len(images))
    for index, row in enumerate(order):
        image = images[row][:, ::-1] if index % 2 else images[row]
        image = np.roll(image, rng.integers(-3, 4, 2), axis=(0, 1)).astype(np.float32)
        image = 255 * (image / 255) ** float(rng.uniform(0.7, 1.4)) + rng.normal(0, 3, image.shape)
        out[index] = np.clip(np.rint(image), 0, 255)
    return out


def _served_columns(spec: ModelSpec, logits: FloatArray) -> FloatArray:
    """(N, 7) float32 probabilities in the order of ``EMOTIONS``."""
    from scipy.special import softmax

    from fer_core.labels import EMOTIONS

    probs = np.zeros((len(logits), len(EMOTIONS)), np.float32)
    probs[:, [EMOTIONS.index(label) for label in spec.labels]] = softmax(logits, axis=1)
    return probs


def _card_part(report: dict[str, Any]) -> dict[str, Any]:
    held_out = report["held_out"]
    return {
        "base": report["base"],
        "faces": report["faces"],
        "held_out": held_out["how"],
        "before": held_out["before"],
        "after": held_out["after"],
        "counts": held_out["counts"],
        "by_participant": held_out["by_participant"],
    }


def _write(
    out: Path, spec: ModelSpec, metrics: dict[str, Any], content: bytes, network: Any
) -> None:
    with whole_folder(out, private=is_in_data_dir(out)) as target:
        (target / _FILE).write_bytes(content)
        save_compact(network, target / "model.keras")
        write_json(target / "spec.json", spec.model_dump(mode="json"))
        write_json(target / "metrics.json", metrics)
        card = studio_card(spec.model_dump(mode="json"), metrics)
        (target / CARD_NAME).write_text(card, encoding="utf-8")
