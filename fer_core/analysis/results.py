"""Writing one file's results: tables while it is analysed, the rest at its end, all or nothing."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fer_core.analysis.annotated import AnnotatedVideo
from fer_core.analysis.document import Document
from fer_core.analysis.eaf import write_eaf
from fer_core.analysis.frames import FRAME_COLUMNS
from fer_core.analysis.mark_tables import (
    CONDITION_COLUMNS,
    MARK_ENDS,
    SPAN_COLUMNS,
    condition_rows,
    span_rows,
)
from fer_core.analysis.markup import save_markup
from fer_core.analysis.measure_tables import FRAME_MEASURES, SECOND_MEASURES, MeasureTables
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.plan import MEASURE_ENDS
from fer_core.analysis.report import write_html, write_json
from fer_core.analysis.tables import (
    FACE_COLUMNS,
    ORIGIN_COLUMNS,
    SECOND_COLUMNS,
    CsvTable,
    JsonTable,
    ParquetTable,
    TableWriter,
)
from fer_core.analysis.tracks import TRACK_COLUMNS
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
        self._faces = self._tables("", (*FACE_COLUMNS, *ORIGIN_COLUMNS))
        self._seconds = self._tables(".seconds", (*SECOND_COLUMNS, *ORIGIN_COLUMNS))
        self._frames = self._tables(".frames", (*FRAME_COLUMNS, *ORIGIN_COLUMNS))
        self._tracks: list[TableWriter] = []
        self._origin: tuple[str, ...] = ("",) * len(ORIGIN_COLUMNS)
        self._measures: list[TableWriter] = []
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

    def begin(self, origin: Mapping[str, str]) -> None:
        """What every row says of file and model, by ``ORIGIN_COLUMNS``."""
        self._origin = tuple(origin[name] for name in ORIGIN_COLUMNS)

    def open_measures(self, name: str) -> MeasureTables:
        """The tables of measures; ``name`` is what they call the file."""
        frames = self._tables(".measures", FRAME_MEASURES)
        seconds = self._tables(".measures.seconds", SECOND_MEASURES)
        if "json" in self._options.formats:
            frames.append(JsonTable(self._path(".measures.json"), FRAME_MEASURES))
            seconds.append(JsonTable(self._path(".measures.seconds.json"), SECOND_MEASURES))
        self._measures = [*frames, *seconds]
        return MeasureTables(name, frames, seconds)

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
        rows = [[*row, *self._origin] for row in rows]
        for table in self._faces:
            table.add(rows)

    def add_seconds(self, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in ``SECOND_COLUMNS``' order."""
        rows = [[*row, *self._origin] for row in rows]
        for table in self._seconds:
            table.add(rows)

    def add_frames(self, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in ``FRAME_COLUMNS``' order."""
        rows = [[*row, *self._origin] for row in rows]
        for table in self._frames:
            table.add(rows)

    @property
    def tracks_path(self) -> Path:
        """The table of the measured tracks, while it is written."""
        return self._path(".tracks.parquet")

    def add_tracks(self, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in ``TRACK_COLUMNS``' order; the table begins with the first."""
        if not self._tracks:
            self._tracks = [ParquetTable(self.tracks_path, TRACK_COLUMNS)]
        self._tracks[0].add(rows)

    def close_tracks(self) -> None:
        """All tracks were measured: they can be read."""
        for table in self._tracks:
            table.close()
        self._tracks = []

    def finish(self, document: Document, stills: Sequence[ImageArray]) -> tuple[str, ...]:
        """Write what is made of the document and put all in place; the names of the files.

        Args:
            document: of the whole file.
            stills: (h, w, 3) BGR, one per moment of the document, or the picture itself.
        """
        self._close()
        document.measure_files = self._measure_files()
        for name in self._options.formats:
            if name == "html":
                write_html(document, self._path(".html"), stills)
            elif name in _DOCUMENTS:
                _DOCUMENTS[name](document, self._path(f".{name}"))
        self._write_marks(document)
        made = sorted(path.name for path in self._folder.iterdir())
        for end in MARK_ENDS:  # of earlier marks
            if f"{self._stem}{end}" not in made:
                (self._out / f"{self._stem}{end}").unlink(missing_ok=True)
        for name in made:
            (self._folder / name).replace(self._out / name)
        self._folder.rmdir()
        return tuple(made)

    def _measure_files(self) -> tuple[str, ...]:
        """Names of the tables of measures: new ones, or those that lie there when results are made
        again from the measured tracks."""
        if not self._options.measures:
            return ()
        places = (self._folder,) if self._measures else (self._folder, self._out)
        names = (f"{self._stem}{end}" for end in MEASURE_ENDS)
        return tuple(name for name in names if any((one / name).exists() for one in places))

    def _write_marks(self, document: Document) -> None:
        """The marks beside the results, to be loaded again, and their tables."""
        if document.kind != "video" or document.markup.is_empty:
            return
        save_markup(document.markup, self._path(".spans.json"))
        for part, columns, rows in (
            (".spans", SPAN_COLUMNS, span_rows(document)),
            (".conditions", CONDITION_COLUMNS, condition_rows(document)),
        ):
            tables = self._tables(part, (*columns, *ORIGIN_COLUMNS)) if rows else []
            for table in tables:
                table.add([[*row, *self._origin] for row in rows])
                table.close()

    def discard(self) -> None:
        """Remove what was begun."""
        try:
            self._close()
        except OSError:  # the disk is full: what is written is thrown away in any case
            pass
        finally:
            discard_part(self._out, self._stem, self._mark)

    def _close(self) -> None:
        for table in self._measures:
            table.close()
        self._measures = []
        for table in (*self._faces, *self._seconds, *self._frames, *self._tracks):
            table.close()
        self._faces, self._seconds, self._frames, self._tracks = [], [], [], []
        if self.annotated is not None:
            self.annotated.close()
