"""Where the figures of a scoring lie: the project's own beside its models, a person's elsewhere.

::

    models/<name>/                     what the project reports, written by ``evaluate --record``
    FER_DATA_DIR/evaluations/<name>/   what a person scored with one of the project's models
    FER_DATA_DIR/models/<name>/        what a person scored with a model of their own

In each of them ``metrics.json`` and ``predictions/``, and beside the folder ``results.csv``.
"""

from pathlib import Path
from typing import Final

from fer_core.classification.registry import model_folders
from fer_core.config import settings
from fer_core.errors import ConfigError
from fer_core.evaluation.results import COUNT, read_results

#: Data sets whose figures the project reports: the hash of labels and pixels -> the set's name.
REPORTED: Final = {"0f116438572d302733d32327fbcb865cf99c0b0b3f03a8fb36a28260d76a6c57": "fer2013"}


def evaluations_dir() -> Path:
    """Where the figures lie that people measured of the project's models."""
    return settings().data_dir / "evaluations"


def is_projects(model_dir: Path) -> bool:
    """Whether a model is one of those that come with the project."""
    return model_dir.resolve().parent == model_folders()[0].resolve()


def may_record(model_dir: Path, data_sha256: str) -> bool:
    """Whether figures on a data set may be written beside a model as what it is worth."""
    return not is_projects(model_dir) or data_sha256 in REPORTED


def check_record(model_dir: Path, data: str, data_sha256: str) -> None:
    """Refuse figures of a person's own data among those of the project.

    Raises:
        ConfigError: the project does not report this set.
    """
    if not may_record(model_dir, data_sha256):
        raise ConfigError(
            f"--record is for the sets that the project reports ({', '.join(REPORTED.values())}). "
            f"Received: {data}; leave --record out, and the figures are kept in "
            f"{evaluations_dir() / model_dir.name}."
        )


def figures_dir(model_dir: Path, *, record: bool) -> Path:
    """Folder for the figures of a scoring; ``results.csv`` lies beside it."""
    if record or not is_projects(model_dir):
        return model_dir
    return evaluations_dir() / model_dir.name


def count_scorings(model_sha256: str, *, leave_out: Path) -> int:
    """How often a model file was scored on a test split, by every ``results.csv`` but one.

    Raises:
        DataError: one of them is damaged.
    """
    paths = [parent / "results.csv" for parent in (*model_folders(), evaluations_dir())]
    counts = [
        int(row[COUNT])
        for path in paths
        if path.resolve() != leave_out.resolve()
        for row in read_results(path)
        if row["model_sha256"] == model_sha256
    ]
    return max(counts, default=0)
