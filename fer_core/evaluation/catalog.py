"""Everything that training, export and `evaluate` wrote, as one read-only view.

::

    models/<name>/   spec.json, metrics.json, history.csv, predictions/<set>_<split>.parquet
    models/results.csv
    FER_DATA_DIR/models/...   the same for models that people made
    FER_DATA_DIR/evaluations/...   what people scored with the project's models
    FER_DATA_DIR/runs/<run>/  config.json, status.json, history.csv of trainings

A damaged or missing file costs its own part only: the rest is there, and ``problems`` says in a
sentence what is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from fer_core.classification.registry import model_folders
from fer_core.classification.spec import ModelSpec, read_spec
from fer_core.config import settings
from fer_core.errors import DataError, FerError
from fer_core.evaluation.history import History, read_history
from fer_core.evaluation.places import evaluations_dir, is_projects
from fer_core.evaluation.results import Row, read_results
from fer_core.files import peek_object, read_object

#: Where a file lies and when it was last written: what was read of it holds as long as this does.
Stamp = tuple[str, int, int]
Part = Literal["spec", "metrics", "history", "results"]

_FILES: Final = ("spec.json", "metrics.json", "history.csv")
_RUN_FILES: Final = ("config.json", "status.json", "history.csv")
#: States of a run whose curves are final; one that is training is the Training page's.
_ENDED: Final = ("finished", "stopped")
_SPLITS: Final = {
    "private_test": "PrivateTest",
    "public_test": "PublicTest",
    "train": "training images",
    "all": "all images",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A model, or a run that is none yet.

    Attributes:
        name: unique on the page.
        folder: where its files lie.
        is_run: a training without an export; it has curves only.
        spec, metrics, history: None where missing or damaged.
        best_epoch: the epoch that was kept, where it is known.
        scored: set and split, such as ``fer2013_private_test`` -> file of predictions.
        results: its rows of ``results.csv``, those of its present files only.
        problems: part -> why it is missing, one sentence.
        own: sets and splits whose figures a person measured here: they lie in
            ``FER_DATA_DIR/evaluations``, and the project does not report them.
    """

    name: str
    folder: Path
    is_run: bool = False
    spec: ModelSpec | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    history: History | None = None
    best_epoch: int | None = None
    scored: dict[str, Stamp] = field(default_factory=dict)
    results: tuple[Row, ...] = ()
    problems: dict[Part, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def result(self, key: str) -> Row | None:
        """The recorded row of a set and split, if there is one with figures."""
        for row in self.results:
            if f"{row['data']}_{row['split']}" == key and row["accuracy"]:
                return row
        return None

    @property
    def scorings(self) -> int | None:
        """How often its file was scored on the test split; None where nothing is recorded."""
        counts = [int(row["private_test_scorings"]) for row in self.results]
        return max(counts, default=None)

    def export(self, *path: str) -> Any:
        """A figure that the export measured, such as ``("latency_ms", "int8")``; None if absent."""
        value: Any = self.metrics.get("export")
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def evaluation(self, key: str) -> dict[str, Any]:
        """What `evaluate` last said about a set and split with the present file; empty if never."""
        found = self.metrics.get("evaluations")
        report = found.get(key) if isinstance(found, dict) else None
        if not isinstance(report, dict) or report.get("model_sha256") not in self.shas:
            return {}
        return report

    @property
    def shas(self) -> tuple[str, ...]:
        """Hashes of its present files."""
        return () if self.spec is None else tuple(f.sha256 for f in self.spec.files.values())


def set_title(key: str) -> str:
    """``fer2013_private_test`` -> ``fer2013 · PrivateTest``."""
    for split, title in _SPLITS.items():
        if key.endswith(f"_{split}"):
            return f"{key[: -len(split) - 1]} · {title}"
    return key


def set_name(key: str) -> str:
    """``fer2013_private_test`` -> ``fer2013``."""
    return set_title(key).split(" · ")[0]


def read_signature() -> tuple[Stamp, ...]:
    """Place, time and size of every file that the catalog reads: changes when one of them does."""
    return tuple(sorted(_stamps()))


def _stamps() -> Iterator[Stamp]:
    for parent in (*model_folders(), evaluations_dir()):
        yield from _stamp(parent / "results.csv")
        for folder in _subfolders(parent):
            for name in _FILES:
                yield from _stamp(folder / name)
            for path in folder.glob("predictions/*.parquet"):
                yield from _stamp(path)
    for folder in _subfolders(settings().data_dir / "runs"):
        for name in _RUN_FILES:
            yield from _stamp(folder / name)


def _stamp(path: Path) -> Iterator[Stamp]:
    try:
        found = path.stat()
    except OSError:
        return
    yield str(path), found.st_mtime_ns, found.st_size


def _subfolders(parent: Path) -> list[Path]:
    try:
        return sorted(p for p in parent.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []


def read_catalog() -> tuple[Entry, ...]:
    """Models of the project, then those people made, then ended runs; never raises."""
    entries: dict[str, Entry] = {}
    for parent in model_folders():
        rows, problem = _read_rows(parent / "results.csv")
        for folder in _subfolders(parent):
            if folder.name not in entries and any((folder / name).exists() for name in _FILES):
                model = _read_model(folder, rows, problem)
                entries[folder.name] = _with_own(model) if is_projects(folder) else model
    for folder in _subfolders(settings().data_dir / "runs"):
        entry = _read_run(folder)
        if entry is not None:
            entries.setdefault(entry.name, entry)
    return tuple(entries.values())


def _read_rows(path: Path) -> tuple[list[Row], str]:
    try:
        return read_results(path), ""
    except DataError as error:
        return [], str(error)


def _read_model(folder: Path, rows: list[Row], rows_problem: str) -> Entry:
    problems: dict[Part, str] = {"results": rows_problem} if rows_problem else {}
    spec = metrics = history = None
    try:
        spec = read_spec(folder)
    except FerError as error:
        problems["spec"] = str(error)
    try:
        metrics = _read_object(folder / "metrics.json")
    except DataError as error:
        problems["metrics"] = str(error)
    try:
        history = read_history(folder / "history.csv")
    except DataError as error:
        problems["history"] = str(error)
    shas = set() if spec is None else {f.sha256 for f in spec.files.values()}
    own = tuple(row for row in rows if row["model_sha256"] in shas)
    scored = {p.stem: next(_stamp(p)) for p in sorted(folder.glob("predictions/*.parquet"))}
    entry = Entry(folder.name, folder, False, spec, metrics or {}, history, None, scored, own)
    best = entry.export("best_epoch")
    return Entry(
        *(entry.name, folder, False, spec, metrics or {}, history),
        best if isinstance(best, int) else None,
        *(scored, own, problems),
    )


def _with_own(entry: Entry) -> Entry:
    """The model with what a person scored; where the project reports the same set, its figures
    stay."""
    folder = evaluations_dir() / entry.name
    metrics = peek_object(folder / "metrics.json")
    measured = Entry(entry.name, folder, spec=entry.spec, metrics=metrics)
    found = metrics.get("evaluations")
    keys = [key for key in found if measured.evaluation(key)] if isinstance(found, dict) else []
    reports = {
        key: _joined(mine=measured.evaluation(key), reported=entry.evaluation(key)) for key in keys
    }
    scored = {
        path.stem: next(_stamp(path))
        for path in sorted(folder.glob("predictions/*.parquet"))
        if path.stem in keys
    }
    rows, problem = _read_rows(folder.parent / "results.csv")
    reported = entry.metrics.get("evaluations")
    reported = reported if isinstance(reported, dict) else {}
    return replace(
        entry,
        metrics=entry.metrics | ({"evaluations": reported | reports} if reports else {}),
        scored=scored | entry.scored,
        results=(*entry.results, *(row for row in rows if row["model_sha256"] in entry.shas)),
        problems=entry.problems | ({"results": problem} if problem else {}),
        own=frozenset(scored.keys() - entry.scored.keys()),
    )


def _joined(*, mine: dict[str, Any], reported: dict[str, Any]) -> dict[str, Any]:
    """A report with what only a person's scoring of the same data has, robustness say."""
    same = not reported or mine.get("data_sha256") == reported.get("data_sha256")
    return mine | reported if same else reported


def _read_run(folder: Path) -> Entry | None:
    """A run that has ended; None for one that still trains, failed, or says nothing."""
    try:
        if _read_object(folder / "status.json").get("state") not in _ENDED:
            return None
    except DataError:
        return None
    problems: dict[Part, str] = {}
    config: dict[str, Any] = {}
    history = None
    try:
        config = _read_object(folder / "config.json")
        history = read_history(folder / "history.csv")
    except DataError as error:
        problems["history"] = str(error)
    recipe = config.get("recipe")
    monitor = str(recipe.get("monitor", "last")) if isinstance(recipe, dict) else "last"
    best = None if history is None else history.best_epoch(monitor)
    name = f"run {folder.name}"
    return Entry(name, folder, True, history=history, best_epoch=best, problems=problems)


def _read_object(path: Path) -> dict[str, Any]:
    """Read for a page: what is said names the model and the file, not where it lies."""
    if not path.exists():
        raise DataError(f"{path.parent.name} has no {path.name}: export the run again.")
    try:
        return read_object(path)
    except DataError as error:
        raise DataError(
            f"The {path.name} of {path.parent.name} is damaged or cannot be read: export the run "
            "again."
        ) from error
