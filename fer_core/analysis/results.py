"""Writing one file's results: tables while it is analysed, the rest at its end, all or nothing."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fer_core.analysis.annotated import AnnotatedVideo
from fer_core.analysis.document import Document
from fer_core.analysis.eaf import write_eaf
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.report import write_html, write_json
from fer_core.analysis.tables import (
    FACE_COLUMNS,
    SECOND_COLUMNS,
    CsvTable,
    JsonTable,
    ParquetTable,
    TableWriter,
)
from fer_core.analysis.vtt import write_vtt
from fer_core.types import ImageArray

_DOCUMENTS = {"json": write_json, "vtt": write_vtt, "eaf": write_eaf}


def discard_part(out: Path, stem: str, mark: str = "") -> None:
    """Remove what an analysis that was ended left of its results."""
    shutil.rmtree(_part(out, stem, mark), ignore_errors=True)


def _part(out: Path, stem: str, mark: str) -> Path:
    return out / f".{stem}{mark}.part"


class ResultWriter:
    """The results of one file, in a hidden folder until they are complete.

    Args:
        out: where they go.
        stem: first part of their names.
        options: which ones.
        mark: tells this writer's hidden folder from that of another which may still be writing.
    """

    def __init__(self, out: Path, stem: str, options: AnalysisOptions, mark: str = "") -> None:
        self._out, self._stem, self._options, self._mark = out, stem, options, mark
        self._folder = _part(out, stem, mark)
        discard_part(out, stem, mark)
        self._folder.mkdir()
        self._faces = self._tables("", FACE_COLUMNS)
        self._seconds = self._tables(".seconds", SECOND_COLUMNS)
        self.annotated: AnnotatedVideo | None = None

    def _path(self, end: str) -> Path:
        return self._folder / f"{self._stem}{end}"

    def _tables(self, part: str, columns: Sequence[str]) -> list[TableWriter]:
        tables: list[TableWriter] = []
        if "csv" in self._options.formats:
            tables.append(CsvTable(self._path(f"{part}.csv"), columns))
        if "parquet" in self._options.formats:
            tables.append(ParquetTable(self._path(f"{part}.parquet"), columns))
        if "json" in self._options.formats and not part:  # the document holds the seconds
            tables.append(JsonTable(self._path(".frames.json"), columns))
        return tables

    def open_annotated(self, fps: float) -> AnnotatedVideo:
        """The annotated copy of a video."""
        self.annotated = AnnotatedVideo(
            self._path(".annotated.mp4"),
            fps=fps,
            hold_s=self._options.hold_s,
            blur=self._options.blur,
        )
        return self.annotated

    def save_picture(self, bgr: ImageArray) -> None:
        """The annotated copy of a picture, (h, w, 3) BGR."""
        from PIL import Image

        Image.fromarray(bgr[..., ::-1].copy()).save(self._path(".annotated.png"))

    def add_faces(self, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in ``FACE_COLUMNS``' order."""
        for table in self._faces:
            table.add(rows)

    def add_seconds(self, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in ``SECOND_COLUMNS``' order."""
        for table in self._seconds:
            table.add(rows)

    def finish(self, document: Document, stills: Sequence[ImageArray]) -> tuple[str, ...]:
        """Write what is made of the document and put all in place; the names of the files.

        Args:
            document: of the whole file.
            stills: (h, w, 3) BGR, one per moment of the document, or the picture itself.
        """
        self._close()
        for name in self._options.formats:
            if name == "html":
                write_html(document, self._path(".html"), stills)
            elif name in _DOCUMENTS:
                _DOCUMENTS[name](document, self._path(f".{name}"))
        made = sorted(path.name for path in self._folder.iterdir())
        for name in made:
            (self._folder / name).replace(self._out / name)
        self._folder.rmdir()
        return tuple(made)

    def discard(self) -> None:
        """Remove what was begun."""
        try:
            self._close()
        except OSError:  # the disk is full: what is written is thrown away in any case
            pass
        finally:
            discard_part(self._out, self._stem, self._mark)

    def _close(self) -> None:
        for table in (*self._faces, *self._seconds):
            table.close()
        self._faces, self._seconds = [], []
        if self.annotated is not None:
            self.annotated.close()
