"""A recorded set on disk: ``FER_DATA_DIR/recordings/<name>/`` with ``set.json``, ``manifest.csv``
and ``faces/*.png``. Folders have mode 0700, files 0600; every change is whole or not at all."""

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from fer_core.config import MOST_DAYS, settings
from fer_core.datasets.decoding import decode_face
from fer_core.datasets.faceset import FACE_SIZE
from fer_core.datasets.manifest import MANIFEST_NAME
from fer_core.errors import DataError, FerError, InputError
from fer_core.files import make_private_dir
from fer_core.studio.consent import RecordingConsent, make_consent
from fer_core.studio.cutting import CutFace, Detector, drop_near
from fer_core.studio.erasing import (
    begin_deleting,
    begin_erasing,
    finish_deleting,
    finish_erasing,
    is_going,
)
from fer_core.studio.info import (
    DAY_S,
    INFO_NAME,
    Participant,
    SetInfo,
    TrainedModel,
    check_pseudonym,
    read_info,
)
from fer_core.studio.names import NAME, encode_png, recordings_dir, slug_of
from fer_core.studio.outcome import Change, Erased, Stored, relabel
from fer_core.studio.private import hold_set, write_private
from fer_core.studio.rows import FaceRow, format_manifest, parse_manifest
from fer_core.text import clean_name
from fer_core.types import ImageArray


class StudioSet:
    """One recorded set. Cheap to make: every call reads what is on disk. Thread safe.

    Args:
        path: its folder.
        clock: UTC seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock

    @classmethod
    def create(
        cls,
        title: str,
        *,
        detector: Detector = "short",
        keep_days: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> "StudioSet":
        """Make an empty set, to be kept for ``keep_days`` (default: FER_RETENTION_DAYS).

        Raises:
            InputError: the title cannot be used or is taken, or the days are impossible.
        """
        title = clean_name(title, noun="set's name")
        days = settings().retention_days if keep_days is None else keep_days
        if not 1 <= days <= MOST_DAYS:
            raise InputError(f"A set is kept for 1 to {MOST_DAYS:,} days. Received: {days}.")
        name = slug_of(title)
        path = recordings_dir() / name
        with hold_set(path):
            if path.exists():
                raise InputError(f"There is a set {name!r} already: choose another name.")
            now_s = int(clock())
            info = SetInfo(
                title=title, created_s=now_s, until_s=now_s + days * DAY_S, detector=detector
            )
            make_private_dir(path / "faces")
            made = cls(path, clock)
            made.write([], info)
        return made

    @classmethod
    def find(cls, name: str) -> "StudioSet":
        """The set of this name, never by path.

        Raises:
            InputError: there is none.
        """
        path = recordings_dir() / name
        if not NAME.match(name) or not (path / INFO_NAME).is_file() or is_going(path):
            raise InputError(f"There is no recorded set {name!r}.")
        return cls(path)

    @property
    def name(self) -> str:
        """The set's name: that of its folder."""
        return self.path.name

    def info(self) -> SetInfo:
        """What is known of it beside its faces. Raises DataError where that is damaged."""
        return read_info(self.path / INFO_NAME)

    def rows(self, *, with_rejected: bool = True) -> list[FaceRow]:
        """Its faces, oldest first. Raises DataError where the manifest is damaged."""
        path = self.path / MANIFEST_NAME
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path} cannot be read: {error}.") from error
        return [r for r in parse_manifest(text, str(path)) if with_rejected or not r.is_rejected]

    def images(self, rows: Sequence[FaceRow]) -> ImageArray:
        """(N, 48, 48) uint8 of the rows. Raises DataError where a picture is missing."""
        images = np.empty((len(rows), FACE_SIZE, FACE_SIZE), np.uint8)
        for index, row in enumerate(rows):
            try:
                data = (self.path / row.file).read_bytes()
            except OSError as error:
                raise DataError(f"{row.file} cannot be read: {error.strerror}.") from error
            images[index] = decode_face(data, row.file)
        return images

    def enrol(
        self,
        pseudonym: str,
        *,
        is_minor: bool = False,
        guardian: str | None = None,
        text: str | None = None,
    ) -> tuple[str, RecordingConsent]:
        """Record that a participant agrees now; their pseudonym as kept, and the consent.

        ``text``: as they read it, where that was not English.

        Raises:
            DataError: the pseudonym cannot be used.
            InputError: another's pseudonym looks like it, or a minor has no guardian's consent.
        """
        name = check_pseudonym(pseudonym)
        with hold_set(self.path):
            info = self._open_info()
            if info.find_alike(name) is not None:
                raise InputError(
                    f"There is a participant {info.find_alike(name)!r} already: choose another "
                    "pseudonym, or go on with the receipt of that one."
                )
            consent = make_consent(
                info.title,
                info.until_s,
                now_s=int(self._clock()),
                is_minor=is_minor,
                guardian=guardian,
                text=text,
            )
            info.participants[name] = Participant(is_minor=is_minor, consents=[consent])
            self.write(None, info)
        return name, consent

    def add_take(
        self,
        participant: str,
        emotion: str,
        faces: Sequence[CutFace],
        *,
        detector: Detector | None = None,
    ) -> Stored:
        """Keep the faces of a recording, without those nearly equal to one that is there.

        Raises:
            InputError: no such participant, no consent to the present text, or the set is over.
        """
        with hold_set(self.path):
            info, rows = self._open_info(), self.rows()
            version = info.consent_of(participant)
            known = [r for r in rows if (r.participant, r.asked) == (participant, emotion)]
            fresh = np.stack([f.image for f in faces]) if faces else _NONE
            kept = drop_near(fresh, self.images(known))
            for index in kept:
                face = faces[index]
                row = FaceRow(
                    file=f"faces/{secrets.token_hex(8)}.png",
                    participant=participant,
                    emotion=emotion,
                    take=info.next_take,
                    time_s=round(max(0.0, face.time_s), 3),
                    detector=detector or info.detector,
                    box=face.box,
                    quality=face.quality.score,
                    hints=face.quality.hints,
                    consent=version,
                    asked=emotion,
                )
                write_private(self.path / row.file, encode_png(face.image))
                rows.append(row)
            if kept:
                info.next_take += 1
                self.write(rows, info)
        return Stored(len(kept), len(faces) - len(kept))

    def change(
        self,
        files: Iterable[str],
        *,
        emotion: str | None = None,
        is_rejected: bool | None = None,
        only: Iterable[str] | None = None,
    ) -> list[Change]:
        """Relabel or reject faces; how they were before, for ``undo``.

        Args:
            only: the participants whose faces may be changed; None for all.
        """
        wanted = {file: Change(file, emotion or "", bool(is_rejected)) for file in files}
        return self._apply(wanted, emotion is not None, is_rejected is not None, only)

    def undo(self, changes: Iterable[Change], only: Iterable[str] | None = None) -> list[Change]:
        """Label the faces as they were; those that were erased meanwhile are left out."""
        return self._apply({c.file: c for c in changes}, True, True, only)

    def _apply(
        self,
        wanted: dict[str, Change],
        has_emotion: bool,
        has_rejected: bool,
        only: Iterable[str] | None,
    ) -> list[Change]:
        with hold_set(self.path):
            rows = self.rows()
            before = relabel(rows, wanted, has_emotion, has_rejected, only)
            if before:
                self.write(rows, None)
        return before

    def erase(self, participant: str) -> Erased:
        """Delete a participant: pictures, lines, consents, reports, and figures on model cards.

        Raises:
            InputError: there is no such participant.
        """
        with hold_set(self.path):
            finish_erasing(self)
            info, rows = self.info(), self.rows()
            if participant not in info.participants:
                raise InputError(f"There is no participant {participant!r} in this set.")
            models = tuple(m.name for m in info.trained if participant in m.participants)
            begin_erasing(self, participant, models)
            finish_erasing(self)
        return Erased(sum(row.participant == participant for row in rows), models)

    def sweep(self, rows: Sequence[FaceRow] | None = None) -> int:
        """Remove pictures that no line of the manifest names; how many."""
        with hold_set(self.path):
            named = {row.file for row in (self.rows() if rows is None else rows)}
            faces = (self.path / "faces").iterdir()
            stray = [path for path in faces if f"faces/{path.name}" not in named]
            for path in stray:
                path.unlink()
            for path in self.path.glob(".*.part"):
                path.unlink()
        return len(stray)

    def note_model(self, name: str, participants: Iterable[str]) -> None:
        """Remember which model learned from whom."""
        with hold_set(self.path):
            info = self.info()
            info.trained = [model for model in info.trained if model.name != name]
            known = sorted(set(participants) & set(info.participants))
            info.trained.append(
                TrainedModel(name=name, at_s=int(self._clock()), participants=known)
            )
            self.write(None, info)

    def delete(self) -> None:
        """Remove the whole set. The figures of its participants on model cards go as well."""
        with hold_set(self.path):
            if not is_going(self.path):
                with suppress(DataError):  # a damaged one may go as well
                    finish_erasing(self)  # whoever was to be erased is on cards of models yet
                try:
                    begin_deleting(self.path)  # now in no list; a kill leaves it to the sweep
                except FerError:  # no room to write it down, and deleting makes some
                    finish_deleting(self.path)
                    return
            finish_erasing(self)

    def _open_info(self) -> SetInfo:
        info = self.info()
        if info.is_over(int(self._clock())):
            raise InputError("The time this set was to be kept for is over: make a new one.")
        return info

    def write(self, rows: list[FaceRow] | None, info: SetInfo | None) -> None:
        """Write manifest and ``set.json``, each whole; None leaves it. Hold the set."""
        if info is not None:
            text = info.model_dump_json(indent=1) + "\n"
            write_private(self.path / INFO_NAME, text.encode())
        if rows is not None:
            write_private(self.path / MANIFEST_NAME, format_manifest(rows).encode())


_NONE = np.zeros((0, FACE_SIZE, FACE_SIZE), np.uint8)
