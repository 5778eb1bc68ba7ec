"""What a training needs to go on as if it had not stopped."""

from typing import Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from fer_core.training.model import WeightAverage, set_weights, weights_of
from fer_core.training.run import RunFolder, pack, unpack

CHECKPOINT = "last.npz"


def save_checkpoint(
    run: RunFolder, model: Any, average: WeightAverage | None, *, epoch: int
) -> None:
    """Write weights, optimiser, averaged weights and random states after ``epoch`` epochs."""
    arrays = pack("w", weights_of(model.network))
    arrays |= pack("o", [_array(variable) for variable in model.optimizer.variables])
    arrays |= pack("r", [_array(variable) for variable in _random_states(model)])
    if average:
        arrays |= pack("a", average.values) | {"step": np.array(average.steps)}
    run.save_arrays(CHECKPOINT, arrays | {"epoch": np.array(epoch)})


def restore_checkpoint(
    run: RunFolder, model: Any, average: WeightAverage | None, *, steps_per_epoch: int
) -> int:
    """The inverse, into fresh objects of the same recipe; returns the number of epochs done.

    A checkpoint of before random states were kept goes on with fresh ones.

    Raises:
        InputError: there is no checkpoint, or it is damaged.
    """
    arrays = run.load_arrays(CHECKPOINT)
    set_weights(model.network, unpack("w", arrays))
    model.optimizer.build(model.trainable_variables)
    for variable, value in zip(model.optimizer.variables, unpack("o", arrays), strict=True):
        variable.assign(value)
    states = unpack("r", arrays)
    for variable, value in zip(_random_states(model) if states else (), states, strict=True):
        variable.assign(value)
    epoch = int(arrays["epoch"])
    if average:
        average.values = unpack("a", arrays)
        # The average's pace depends on the step.
        average.steps = int(arrays.get("step", epoch * steps_per_epoch))
    return epoch


def _random_states(model: Any) -> list[Any]:
    """The states of the model's random generators, in Keras' order: no weights to Keras."""
    weights = {id(weight) for weight in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


def _array(variable: Any) -> NDArray[Any]:
    return np.asarray(ops.convert_to_numpy(variable))
