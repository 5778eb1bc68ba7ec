"""Classes of a set whose names mean no emotion, so that somebody can say what they mean."""

from pathlib import Path

from fer_core.datasets.folders import unnamed_folders
from fer_core.datasets.manifest import MANIFEST_NAME, is_manifest, unnamed_labels


def unnamed_classes(path: Path) -> tuple[str, ...]:
    """The names, each once; none for sets whose classes are numbers of a known order.

    Raises:
        DataError: a manifest that cannot be read.
    """
    if path.is_dir():
        manifest = path / MANIFEST_NAME
        return unnamed_labels(manifest) if manifest.is_file() else unnamed_folders(path)
    if path.suffix.lower() in (".csv", ".tsv") and is_manifest(path):
        return unnamed_labels(path)
    return ()
