"""What is trained: augmentation, normalisation and network as one Keras model."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from fer_core.training.augmentation import FaceAugmentation, normalize
from fer_core.training.recipe import OptimizerPart, Recipe


def soft_cross_entropy(targets: Any, logits: Any) -> Any:
    """(batch,) cross-entropy in nats; a row of zero targets costs nothing."""
    return -ops.sum(targets * ops.log_softmax(logits, axis=-1), axis=-1)


class TrainingModel(keras.Model):  # type: ignore[misc]
    """Takes float images 0..255 and returns the network's dict of logits."""

    def __init__(self, network: Any, recipe: Recipe) -> None:
        super().__init__()
        self.network = network
        self.recipe = recipe
        self.augmentation = FaceAugmentation(recipe.augment, seed=recipe.seed)

    def call(self, images: Any, training: bool | None = None) -> Any:
        x = self.augmentation(images, training=training)
        return self.network(normalize(x, self.recipe.data.normalize), training=training)

    def compute_loss(
        self,
        x: Any = None,  # noqa: ARG002 - the signature is Keras'
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool | None = True,
    ) -> Any:
        """Mean cross-entropy of both heads, the second weighted by the recipe."""
        part = self.recipe.optimizer
        smooth = part.label_smoothing if training else 0.0
        fer = y["fer"] * (1.0 - smooth) + smooth / y["fer"].shape[-1]
        loss = soft_cross_entropy(fer, y_pred["fer"])
        if part.ferplus_weight and "ferplus" in y_pred:
            loss = loss + part.ferplus_weight * soft_cross_entropy(y["ferplus"], y_pred["ferplus"])
        if sample_weight is not None:
            loss = loss * sample_weight
        return ops.mean(loss)


@keras.saving.register_keras_serializable("mien")
class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """Linear warm-up, then a half cosine to zero (Loshchilov and Hutter 2017, arXiv 1608.03983)."""

    def __init__(self, peak: float, steps: int, warmup_steps: int) -> None:
        super().__init__()
        self.peak, self.steps, self.warmup_steps = peak, steps, warmup_steps

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        warm = (step + 1.0) / max(1.0, float(self.warmup_steps))
        rest = max(1.0, float(self.steps - self.warmup_steps))
        done = ops.clip((step - self.warmup_steps) / rest, 0.0, 1.0)
        return self.peak * ops.minimum(warm, 0.5 * (1.0 + ops.cos(3.14159265 * done)))

    def get_config(self) -> dict[str, Any]:
        return {"peak": self.peak, "steps": self.steps, "warmup_steps": self.warmup_steps}


def make_optimizer(
    part: OptimizerPart, *, epochs: int, steps_per_epoch: int, network: Any = None
) -> Any:
    """The recipe's optimiser; decay spares biases and normalisation.

    ``network`` is needed where the recipe gives layers learning rates of their own.
    """
    rate: Any = part.learning_rate
    if part.schedule == "cosine":
        rate = WarmupCosine(
            rate, epochs * steps_per_epoch, round(part.warmup_epochs * steps_per_epoch)
        )
    if part.name == "adam":
        return keras.optimizers.Adam(rate, clipnorm=part.clip_norm)
    has_layer_rates = part.early_rate < 1 or part.head_epochs > 0
    if part.name == "sgd":
        optimizer = (LayerSGD if has_layer_rates else keras.optimizers.SGD)(
            rate,
            momentum=0.9,
            nesterov=True,
            weight_decay=part.weight_decay or None,
            global_clipnorm=part.clip_norm,
        )
    else:
        optimizer = (LayerAdamW if has_layer_rates else keras.optimizers.AdamW)(
            rate, weight_decay=part.weight_decay, global_clipnorm=part.clip_norm
        )
    if has_layer_rates:
        optimizer._shares, optimizer._heads = layer_rates(network, part.early_rate)
        optimizer._head_steps = round(part.head_epochs * steps_per_epoch)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def layer_rates(network: Any, early_rate: float) -> tuple[list[float], list[bool]]:
    """Each trainable variable of ``network`` with its share of the learning rate, is it a head's.

    The share grows geometrically from ``early_rate`` at the first layer with weights to 1 at the
    heads, as in Howard and Ruder 2018 (arXiv 1801.06146, section 3.2).
    """
    heads = set(network.output_names)
    layers = [layer for layer in network._flatten_layers(include_self=False) if layer.variables]
    layers = [layer for layer in layers if not layer._layers]
    trunk = [layer for layer in layers if layer.name not in heads]
    places = {
        id(variable): index / len(trunk)
        for index, layer in enumerate(trunk)
        for variable in layer.trainable_variables
    }
    variables = network.trainable_variables
    shares = [early_rate ** (1.0 - places.get(id(variable), 1.0)) for variable in variables]
    return shares, [id(variable) not in places for variable in variables]


class _LayerRates:
    """Mixed into an optimiser: each variable's own share of the learning rate, heads first."""

    _shares: list[float]
    _heads: list[bool]
    _head_steps: int = 0

    def _share(self, index: int) -> Any:
        if self._heads[index] or not self._head_steps:
            return self._shares[index]
        step = ops.cast(self.iterations, "float32")  # type: ignore[attr-defined]
        return self._shares[index] * ops.clip(step / self._head_steps - 1.0, 0.0, 1.0)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)  # type: ignore[attr-defined]
        rate = learning_rate * self._share(index)
        super().update_step(gradient, variable, rate)  # type: ignore[misc]

    def _apply_weight_decay(self, variables: Any) -> None:
        decay = self.weight_decay  # type: ignore[attr-defined]
        for variable in variables if decay else ():
            if self._use_weight_decay(variable):  # type: ignore[attr-defined]
                index = self._get_variable_index(variable)  # type: ignore[attr-defined]
                rate = self.learning_rate * self._share(index)  # type: ignore[attr-defined]
                variable.assign(variable * (1.0 - decay * rate))


class LayerAdamW(_LayerRates, keras.optimizers.AdamW):  # type: ignore[misc]
    """AdamW with a learning rate for each layer."""


class LayerSGD(_LayerRates, keras.optimizers.SGD):  # type: ignore[misc]
    """SGD with a learning rate for each layer."""


class WeightAverage:
    """Exponential moving average of every weight, updated each ``every`` steps.

    Averages the trajectory as in Polyak and Juditsky (1992); kept in NumPy, so that it is the
    same on every backend.
    """

    def __init__(self, network: Any, decay: float, every: int = 8) -> None:
        self.network, self.every = network, every
        self.decay = decay**every
        self.values = weights_of(network)
        self.steps = 0

    def update(self) -> None:
        """Take the weights in; to be called after each step of the optimiser."""
        self.steps += 1
        if self.steps % self.every:
            return
        # Early on the average follows faster, so that it forgets the random start.
        decay = min(self.decay, (1 + self.steps / self.every) / (10 + self.steps / self.every))
        for average, value in zip(self.values, weights_of(self.network), strict=True):
            average *= decay
            average += (1 - decay) * value


def weights_of(network: Any) -> list[NDArray[np.float32]]:
    """Copies of all weights, float32, in Keras' order."""
    return [np.array(ops.convert_to_numpy(w), np.float32) for w in network.weights]


def set_weights(network: Any, values: list[NDArray[np.float32]]) -> None:
    """Put ``values`` (from ``weights_of``) into a network of the same architecture."""
    for variable, value in zip(network.weights, values, strict=True):
        variable.assign(value)
