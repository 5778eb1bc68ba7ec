"""The network of the recurrent head: its recipe, its layers over time, its single step."""

import contextlib
import io
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fer_core.errors import ConfigError
from fer_core.labels import NUM_EMOTIONS

RECIPE = Path(__file__).parent / "recipes" / "heads" / "gru.toml"


class HeadRecipe(BaseModel):
    """How a head is trained."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = ""
    units: int = Field(48, ge=4, le=64)
    frames: int = Field(96, ge=8)
    sequences: int = Field(1500, ge=4)
    check_sequences: int = Field(240, ge=4)
    epochs: int = Field(24, ge=1)
    batch_size: int = Field(32, ge=1)
    learning_rate: float = Field(2e-3, gt=0)
    weight_decay: float = Field(1e-3, ge=0)
    dropout: float = Field(0.4, ge=0, lt=1)
    seed: int = Field(1, ge=0)


def load_head_recipe(path: Path | None = None) -> HeadRecipe:
    """The recipe that comes with the project, or one from a file.

    Raises:
        ConfigError: it cannot be read or has an impossible value.
    """
    path = path or RECIPE
    try:
        return HeadRecipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The recipe {path} cannot be read: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"The recipe {path} has an impossible value at {first['loc'][0]}: {first['msg']}."
        ) from error


class HeadNetwork:
    """The layers, shared by the training network over T frames and the exported single step."""

    def __init__(self, recipe: HeadRecipe, mean: Any, deviation: Any) -> None:
        import keras

        self._keras = keras
        self.recipe, self.width = recipe, len(mean)
        self._mean, self._deviation = np.float32(mean), np.float32(deviation)
        self._dropout = keras.layers.Dropout(recipe.dropout)
        self._gru = keras.layers.GRU(recipe.units, return_sequences=True)
        self._out = keras.layers.Dense(NUM_EMOTIONS)
        # Begins as what the network says of the frame alone.
        self._skip = keras.layers.Dense(
            NUM_EMOTIONS, use_bias=False, kernel_initializer=keras.initializers.Identity()
        )

    def _joined(self, embedding: Any, probs: Any, passed: Any) -> tuple[Any, Any]:
        ops = self._keras.ops
        scaled = (embedding - self._mean) / self._deviation
        logs = ops.log(probs + 1e-3)
        parts = [self._dropout(scaled), logs, ops.log(passed + 0.01)]
        return ops.concatenate(parts, axis=-1), logs

    def over_time(self, frames: int) -> Any:
        """(batch, T, ...) -> logits (batch, T, 7)."""
        keras = self._keras
        inputs = {
            "embedding": keras.Input((frames, self.width), name="embedding"),
            "probs": keras.Input((frames, NUM_EMOTIONS), name="probs"),
            "passed": keras.Input((frames, 1), name="passed"),
        }
        x, logs = self._joined(*inputs.values())
        return keras.Model(inputs, self._out(self._gru(x)) + self._skip(logs))

    def one_step(self) -> bytes:
        """LiteRT, static shapes: embedding, probs, passed, state of one face -> probs, state.

        The cell of Cho et al. 2014 (arXiv 1406.1078) with the reset gate after the product, as in
        Keras, written out with the weights as constants: a converter does not freeze variables.
        """
        import tensorflow as tf

        kernel, recurrent, (bias, recurrent_bias) = self._gru.get_weights()
        (out, out_bias), (skip,) = self._out.get_weights(), self._skip.get_weights()

        def step(embedding: Any, probs: Any, passed: Any, state: Any) -> dict[str, Any]:
            logs = tf.math.log(probs + 1e-3)
            scaled = (embedding - self._mean) / self._deviation
            x = tf.concat([scaled, logs, tf.math.log(passed + 0.01)], axis=-1)
            given = tf.split(tf.matmul(x, kernel) + bias, 3, axis=-1)
            kept = tf.split(tf.matmul(state, recurrent) + recurrent_bias, 3, axis=-1)
            update, reset = tf.sigmoid(given[0] + kept[0]), tf.sigmoid(given[1] + kept[1])
            hidden = update * state + (1 - update) * tf.tanh(given[2] + reset * kept[2])
            logits = tf.matmul(hidden, out) + out_bias + tf.matmul(logs, skip)
            return {"probs": tf.nn.softmax(logits), "state": hidden}

        widths = {"embedding": self.width, "probs": NUM_EMOTIONS, "passed": 1}
        widths |= {"state": self.recipe.units}
        shapes = {name: tf.TensorSpec((1, width), name=name) for name, width in widths.items()}
        concrete = tf.function(step, autograph=False).get_concrete_function(**shapes)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
        with contextlib.redirect_stdout(io.StringIO()):
            return bytes(converter.convert())
