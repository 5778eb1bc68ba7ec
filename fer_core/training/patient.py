"""A patient student: its teachers answer about each view that it sees, at every step.

Beyer et al. 2022 (arXiv 2106.05237) found that a student comes close to its teacher where both
see the same crop of an image, faces are mixed, and training is long.
"""

from collections.abc import Sequence
from typing import Any

from keras import ops

from fer_core.training.augmentation import normalize
from fer_core.training.model import TrainingModel, soft_cross_entropy
from fer_core.training.recipe import Recipe
from fer_core.training.run import RunFolder
from fer_core.training.teachers import check_classes
from fer_core.training.trained import load_trained

#: What the teachers' answers are called among the model's outputs while it trains.
PREFIX = "teachers_"


class Teaching:
    """Trained networks that are asked together; no part of what is trained or saved.

    Raises:
        InputError: a teacher has no finished epoch, or reads other classes.
    """

    def __init__(self, recipe: Recipe, runs: Sequence[RunFolder]) -> None:
        self.temperature = recipe.optimizer.temperature
        self.names = ("fer", "ferplus") if recipe.optimizer.ferplus_weight else ("fer",)
        self._teachers: list[tuple[Recipe, Any]] = []
        for run in runs:
            known, network = load_trained(run, fast=True)
            network.trainable = False
            check_classes(run, known, set(network.output_names), recipe, set(self.names))
            self._teachers.append((known, network))

    def answers(self, views: Any) -> dict[str, Any]:
        """Mean probabilities at the temperature, (batch, classes) for each output.

        Args:
            views: (batch, size, size, channels) float 0..255, of the student's size.
        """
        sums: dict[str, Any] = {}
        for recipe, network in self._teachers:
            size = recipe.data.size
            x = views
            if size != views.shape[1]:
                smaller = size < views.shape[1]
                x = ops.image.resize(x, (size, size), interpolation="bilinear", antialias=smaller)
            logits = network(normalize(x, recipe.data.normalize), training=False)
            for name in self.names:
                share = ops.softmax(logits[name] / self.temperature) / len(self._teachers)
                sums[name] = sums[name] + share if name in sums else share
        return {name: ops.stop_gradient(value) for name, value in sums.items()}


class PatientModel(TrainingModel):
    """While it trains, its outputs carry the teachers' answers about the same views."""

    def __init__(self, network: Any, recipe: Recipe, teaching: Teaching) -> None:
        super().__init__(network, recipe)
        self.teaching = teaching

    def call(self, images: Any, training: bool | None = None) -> Any:
        x = self.augmentation(images, training=training)
        outputs = self.network(normalize(x, self.recipe.data.normalize), training=training)
        if not training:
            return outputs
        answers = {f"{PREFIX}{name}": value for name, value in self.teaching.answers(x).items()}
        return outputs | answers

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool | None = True,
    ) -> Any:
        """The labels' cross-entropy and, to the recipe's share, that with the teachers' answers.

        The second is multiplied by the square of the temperature, so that its gradients keep
        their size (Hinton et al. 2015, arXiv 1503.02531, section 2).
        """
        part = self.recipe.optimizer
        loss = (1.0 - part.teacher_share) * super().compute_loss(
            x, y, y_pred, sample_weight, training
        )
        for name in self.teaching.names:
            taught = soft_cross_entropy(y_pred[f"{PREFIX}{name}"], y_pred[name] / part.temperature)
            if sample_weight is not None:
                taught = taught * sample_weight
            factor = part.teacher_share * part.temperature**2
            factor *= part.ferplus_weight if name == "ferplus" else 1.0
            loss = loss + factor * ops.mean(taught)
        return loss

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        own = {name: value for name, value in y_pred.items() if not name.startswith(PREFIX)}
        return super().compute_metrics(x, y, own, sample_weight)
