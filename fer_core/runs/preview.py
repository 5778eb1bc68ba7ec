"""A data set looked at in a process of its own: a large one must not hold up the live page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_core.datasets.duplicates import DuplicateCount, describe_duplicates
from fer_core.errors import DataError
from fer_core.processes import start
from fer_core.scratch import scratch_folder
from fer_core.text import Sentence, mark

#: A look that takes longer is given up.
LOOK_FOR_S = 900.0


@dataclass(frozen=True, slots=True)
class Preview:
    """What ``dataset check`` says of a set.

    Attributes:
        report: see ``describe_set``.
        sheet: sample faces as PNG, a row for each of ``report["labels"]``; None without faces.
    """

    report: dict[str, Any]
    sheet: bytes | None

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.report["labels"])

    def problems(self) -> list[str]:
        """Why the set can't train anything, one sentence each; empty if it can."""
        found = []
        if self.report["duplicates"] is None:
            found.append(mark("It holds pictures, not faces of 48x48: cut the faces out first."))
        if self.report["plan"]["problem"]:
            found.append(self.report["plan"]["problem"])
        return found

    def cautions(self) -> list[str]:
        """What a person should know before training on it, one sentence each."""
        found = [str(sentence) for sentence in self.report["warnings"]]
        found += _duplicate_sentences(self.report["duplicates"] or [])
        if self.report["plan"]["shares_twins"]:
            found.append(
                mark(
                    "Some validation pictures are also among the training pictures, so the "
                    "validation accuracy is a little too high."
                )
            )
        totals = {
            label: sum(split[label] for split in self.report["splits"].values())
            for label in self.labels
        }
        rarest, most = min(totals, key=lambda k: totals[k]), max(totals.values())
        if totals[rarest] * 10 < most:
            found.append(
                Sentence(
                    mark(
                        "The classes are uneven: {rarest} has {n} of {all} pictures. Weigh the "
                        "classes, or expect it to be missed more often."
                    ),
                    rarest=rarest,
                    n=totals[rarest],
                    all=sum(totals.values()),
                )
            )
        return found


def _duplicate_sentences(pairs: list[dict[str, Any]]) -> list[str]:
    if pairs and pairs[0]["near"] is not None:
        return list(describe_duplicates(tuple(DuplicateCount(**pair) for pair in pairs)).values())
    return [
        Sentence(
            mark("{n} images of {second} are pixel-identical to one of {first}."),
            n=p["exact"],
            second=p["second"],
            first=p["first"],
        )
        for p in pairs
        if p["exact"]
    ]


def preview_data(
    path: Path,
    *,
    near: bool = False,
    classes: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
) -> Preview:
    """Look at a set; with ``near``, also for nearly equal pictures on two sides of a split.

    ``classes`` and ``ignore`` are those of ``load_dataset``.

    Raises:
        DataError: what is wrong with it, or that looking took too long.
    """
    with scratch_folder() as folder:
        sheet = folder / "samples.png"
        command = ["dataset", "check", str(path.resolve()), "--json", "--samples", str(sheet)]
        if classes:
            command += ["--classes", ",".join(f"{k}={v}" for k, v in classes.items())]
        if ignore:
            command += ["--ignore", ",".join(ignore)]
        try:
            done = start([*command, *([] if near else ["--quick"])], timeout_s=LOOK_FOR_S)
        except TimeoutError as error:
            raise DataError(
                f"Looking at {path} took over {LOOK_FOR_S / 60:.0f} minutes: try a smaller set."
            ) from error
        if done.code:
            raise DataError(
                done.sentence or f"{path} could not be looked at (the look ended with {done.code})."
            )
        return Preview(json.loads(done.output), sheet.read_bytes() if sheet.is_file() else None)
