"""``python -m fer_core analyze PATH... --out DIR``: pictures and videos, one or thousands."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fer_core.analysis import AnalysisOptions, Outcome, Progress, Task
    from fer_core.analysis.markup import Markup


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyze")(analyze)


def analyze(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Pictures, videos, or folders, which are searched to the bottom.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results.", show_default=False)],
    every: Annotated[
        float | None,
        typer.Option(metavar="S", help="Analyse a frame every S seconds; default: every frame."),
    ] = None,
    formats: Annotated[
        str,
        typer.Option("--format", help="Of csv, json, parquet, vtt, eaf, html; with commas."),
    ] = "csv",
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Also a copy with boxes and labels.")
    ] = False,
    blur: Annotated[bool, typer.Option("--blur", help="Hide faces in copies and reports.")] = False,
    pose: Annotated[
        bool, typer.Option("--pose", help="Also head pose and eyes, by the second; slower.")
    ] = False,
    measures: Annotated[
        bool,
        typer.Option(
            "--measures",
            help="Also measures of each face, valence and blinks: STEM.measures.csv; slower.",
        ),
    ] = False,
    small_faces: Annotated[
        bool, typer.Option("--small-faces", help="Look for small faces in videos too; slower.")
    ] = False,
    tilted: Annotated[
        bool, typer.Option("--tilted", help="Look for faces on their side or upside down; slower.")
    ] = False,
    smooth: Annotated[
        float, typer.Option(metavar="S", help="Time constant of plain smoothing; 0: none.")
    ] = 0.3,
    steady: Annotated[
        str,
        typer.Option("--filter", help="plain, markov or recurrent: what steadies faces over time."),
    ] = "plain",
    spans: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Marks of one video, as STEM.spans.json; see docs/analysis.md.",
        ),
    ] = None,
    from_s: Annotated[
        float | None, typer.Option("--from", metavar="S", help="Look at videos from this second.")
    ] = None,
    to_s: Annotated[
        float | None, typer.Option("--to", metavar="S", help="Look at videos up to this second.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one per core.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Run on a Ray cluster: host:port of its head, or auto.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Skip what an earlier run has finished.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="Name of a model; default: FER_MODEL.")] = None,
    detector: Annotated[
        str | None, typer.Option(help="short, full, haar or yunet; default: FER_DETECTOR.")
    ] = None,
) -> None:
    """Analyse pictures and videos into tables and other formats.

    Per file, DIR gets STEM.csv (a row per face and analysed frame), STEM.frames.csv (a row per
    frame, with the reason where no face can be used), STEM.seconds.csv (a row per person and
    second) and what --format names; a stem that is taken gets -2, -3, and so on.
    DIR/analysis.jsonl tells how each file ended. A file that cannot be read is reported and the
    rest goes on; the exit code is then 2.
    """
    from fer_core.analysis import AnalysisOptions, plan_tasks
    from fer_core.analysis.journal import Journal
    from fer_core.analysis.plan import prepare_out
    from fer_core.config import settings
    from fer_core.errors import InputError

    options = AnalysisOptions(
        model=model or settings().model,
        detector=detector or settings().detector,
        every_s=every,
        formats=tuple(name.strip().lower() for name in formats.split(",") if name.strip()),
        annotate=annotate,
        blur=blur,
        pose=pose,
        measures=measures,
        small_faces=small_faces,
        tilted=tilted,
        smooth_s=smooth,
        filter=steady,
        markup=_markup(spans, from_s, to_s),
    )
    prepare_out(out)
    journal = Journal(out, options)
    notes: list[str] = []
    tasks, unlisted = plan_tasks(paths, out, kept=journal.stems, notes=notes)
    for note in notes:
        typer.echo(note, err=True)
    if spans is not None and len(tasks) > 1:
        raise InputError(
            f"The marks of --spans belong to one recording. Received: {len(tasks)} files; analyse "
            "them one by one, or cut them all with --from and --to."
        )
    todo = [task for task in tasks if not (resume and journal.is_finished(task))]
    report = _Report(len(todo))
    for outcome in unlisted:
        report.say(outcome)
    if skipped := len(tasks) - len(todo):
        typer.echo(f"{skipped} of {len(tasks)} files finished before, skipped")
    try:
        for outcome in _run(todo, options, out, jobs, cluster, report.tell):
            journal.add(outcome)
            report.say(outcome)
    finally:
        report.clear()
        journal.close([task.file for task in tasks])
    if report.failed:
        raise typer.Exit(2)


def _markup(spans: Path | None, from_s: float | None, to_s: float | None) -> "Markup | None":
    """The marks of the file and of the command; None where nothing is marked."""
    from fer_core.analysis.markup import Markup, load_markup

    markup = Markup() if spans is None else load_markup(spans)
    markup = markup.between(from_s, to_s)
    return None if markup.is_empty else markup


def _run(
    tasks: "list[Task]",
    options: "AnalysisOptions",
    out: Path,
    jobs: int | None,
    cluster: str | None,
    tell: "Callable[[Task, Progress], None]",
) -> "Iterator[Outcome]":
    """Here, or on a cluster; the results are the same."""
    if cluster is None:
        from fer_core.analysis.pool import run_tasks
        from fer_core.processes import usable_cores

        return run_tasks(tasks, options, out, jobs=jobs or usable_cores(), tell=tell)
    from fer_core.analysis.cluster import run_on_cluster

    return run_on_cluster(tasks, options, out, address=cluster, jobs=jobs, tell=tell)


class _Report:
    """A line per file on stdout, trouble on stderr; on a terminal, how far the run is."""

    def __init__(self, count: int) -> None:
        self._count, self._ended = count, 0
        self._running: dict[str, Progress] = {}
        self._is_live = sys.stderr.isatty()
        self.failed = 0

    def tell(self, task: "Task", progress: "Progress") -> None:
        """Show how far a video is."""
        self._running[task.file] = progress
        if self._is_live:
            shares = sum(p.share for p in self._running.values())
            percent = 100 * (self._ended + shares) / max(1, self._count)
            line = f"{self._ended} of {self._count} files, {percent:.0f} %"
            sys.stderr.write(f"\r{line}\x1b[K")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._is_live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def say(self, outcome: "Outcome") -> None:
        """Say how a file ended."""
        from fer_core.text import printable_name

        self.clear()
        if self._running.pop(outcome.file, None) is not None or outcome.stem:
            self._ended += 1
        if outcome.status != "failed":
            typer.echo(f"{printable_name(outcome.file)}  {_summary(outcome)}")
        if outcome.coverage:
            typer.echo(f"  {outcome.coverage}")
        if outcome.note:
            typer.echo(f"  {outcome.note}")
        if outcome.message:
            self.failed += 1
            typer.echo(outcome.message, err=True)


def _summary(outcome: "Outcome") -> str:
    from fer_core.text import count_of

    found = (
        count_of(outcome.frames, "frame"),
        count_of(outcome.people, "person", "people"),
        count_of(outcome.faces, "row"),
    )
    return f"{', '.join(found)}  -> {', '.join(outcome.outputs)}"
