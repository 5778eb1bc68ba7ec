"""A set as one ZIP archive, and back: nothing that comes from elsewhere is believed.

::

    set.json          title, times, participants with the versions of their consents
    manifest.csv      one line per face
    faces/<id>.png    48x48 grey

An archive is read without unpacking: only these names, plain files, each once, within the limits,
and only pictures that the manifest names. It becomes a set whole or not at all; faces labelled by
other words than the seven come in by what somebody says of them, or are left out (``foreign``).
"""

import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping
from typing import IO, Final

from fer_core.datasets.decoding import decode_face
from fer_core.datasets.manifest import MANIFEST_NAME
from fer_core.errors import DataError, FerError, InputError, LimitError
from fer_core.files import make_private_dir, whole_folder
from fer_core.studio.foreign import foreign_words, translated
from fer_core.studio.info import INFO_NAME, SetInfo, parse_info
from fer_core.studio.names import encode_png, recordings_dir, slug_of
from fer_core.studio.private import hold_set, write_private
from fer_core.studio.rows import FILE_PATTERN, FaceRow, format_manifest, parse_manifest
from fer_core.studio.store import StudioSet
from fer_core.text import clean_name, csv_mark, printable_name

MOST_FACES: Final = 50_000
MOST_TEXT_BYTES: Final = 32 * 2**20
#: A 48x48 grey PNG has about 2 kB; text blocks of camera programs may add some.
MOST_FACE_BYTES: Final = 64 * 2**10
MOST_BYTES: Final = 256 * 2**20
_NO_ARCHIVE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    EOFError,
    NotImplementedError,
)
#: Damaged streams, a password, odd names.
_DAMAGE: Final = (*_NO_ARCHIVE, OSError, RuntimeError, ValueError, zlib.error)
_ADVICE: Final = "Export the set again on the server that it comes from."


def export_set(found: StudioSet, target: IO[bytes]) -> int:
    """Write the set to an open file; how many faces. What was trained of it stays here.

    Raises:
        DataError: the set is damaged.
    """
    with hold_set(found.path):
        info, rows = found.info(), found.rows()
        info.trained = []
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(INFO_NAME, info.model_dump_json(indent=1) + "\n")
            text = format_manifest(rows)
            archive.writestr(MANIFEST_NAME, csv_mark(text) + text)
            for row in rows:
                try:
                    archive.writestr(row.file, (found.path / row.file).read_bytes())
                except OSError as error:
                    raise DataError(f"{row.file} cannot be read: {error.strerror}.") from error
    return len(rows)


def words_of(source: IO[bytes]) -> tuple[str, ...]:
    """The words by which an archive's faces are labelled and that name none of the seven
    expressions; none where the archive cannot be read, which ``import_set`` says."""
    try:
        with zipfile.ZipFile(source) as archive:
            return foreign_words(_text(archive, archive.getinfo(MANIFEST_NAME)))
    except (*_DAMAGE, FerError, KeyError):
        return ()
    finally:
        source.seek(0)


def import_set(
    source: IO[bytes],
    *,
    title: str | None = None,
    classes: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
    clock: Callable[[], float] = time.time,
) -> StudioSet:
    """Make a set of an archive, under its own title or another one.

    The retention date comes along; a set whose date has passed is refused.

    Args:
        source: the archive.
        title: another name; None for its own.
        classes: what words mean by which faces are labelled, in small letters -> an expression.
        ignore: words whose faces are left out.
        clock: UTC, seconds since 1970.

    Raises:
        InputError: no archive of a set, or the title is taken, or its time is over.
        LimitError: it would be larger than the limits allow.
        DataError: its content is wrong; the message names the file.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            info, rows, faces = _read(archive, classes or {}, ignore)
    except _NO_ARCHIVE as error:
        raise InputError(f"This is no archive of a set ({error}). {_ADVICE}") from error
    except _DAMAGE as error:
        raise InputError(f"The archive cannot be read ({error}). {_ADVICE}") from error
    if info.is_over(int(clock())):
        raise InputError("The time this set was to be kept for is over: it is not taken in.")
    info.title = clean_name(title or info.title, noun="set's name")
    path = recordings_dir() / slug_of(info.title)
    with hold_set(path):
        if path.exists():
            raise InputError(f"There is a set {path.name!r} already: type another name.")
        try:
            with whole_folder(path, private=True) as part:
                make_private_dir(part / "faces")
                for row in rows:
                    write_private(part / row.file, faces[row.file])
                write_private(part / MANIFEST_NAME, format_manifest(rows).encode())
                write_private(part / INFO_NAME, (info.model_dump_json(indent=1) + "\n").encode())
        except OSError as error:
            raise FerError(f"The set cannot be stored ({error.strerror or error}).") from error
    return StudioSet(path, clock)


def _read(
    archive: zipfile.ZipFile, classes: Mapping[str, str], ignore: Collection[str]
) -> tuple[SetInfo, list[FaceRow], dict[str, bytes]]:
    members = archive.infolist()
    if len(members) > MOST_FACES + 2:
        raise LimitError(f"The archive holds {len(members)} files; at most {MOST_FACES} faces go.")
    by_name: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        _check_member(member)
        if member.filename in by_name:
            raise DataError(f"The archive holds {member.filename} twice. {_ADVICE}")
        by_name[member.filename] = member
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise LimitError(f"The archive unpacks to over {MOST_BYTES >> 20} MiB. {_ADVICE}")
    for name in (INFO_NAME, MANIFEST_NAME):
        if name not in by_name:
            raise InputError(f"The archive holds no {name}, so it is no recorded set.")
    info = parse_info(_text(archive, by_name.pop(INFO_NAME)), INFO_NAME)
    info.trained = []  # models are never taken in, nor believed to be there
    text, left_out = translated(
        _text(archive, by_name.pop(MANIFEST_NAME)), classes=classes, ignore=ignore
    )
    rows = parse_manifest(text, MANIFEST_NAME)
    by_name = {name: member for name, member in by_name.items() if name not in left_out}
    for row in rows:
        person = info.participants.get(row.participant)
        if person is None or row.consent not in {c.version for c in person.consents}:
            raise DataError(
                f"{MANIFEST_NAME}: {row.file} shows {row.participant!r}, who gave no consent "
                f"of version {row.consent} in {INFO_NAME}."
            )
    if missing := {row.file for row in rows} - by_name.keys():
        raise DataError(f"The archive lacks {min(missing)}, which its manifest names. {_ADVICE}")
    if extra := by_name.keys() - {row.file for row in rows}:
        raise DataError(f"The archive holds {min(extra)}, which its manifest does not name.")
    info.next_take = max([info.next_take, *(row.take + 1 for row in rows)])
    faces = {}
    for row in rows:
        data = _bounded(archive, by_name[row.file], MOST_FACE_BYTES)
        # Written anew from its pixels: nothing else that the file holds comes in.
        faces[row.file] = encode_png(decode_face(data, row.file))
    return info, rows, faces


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if name not in (INFO_NAME, MANIFEST_NAME) and not FILE_PATTERN.match(name):
        raise DataError(
            f"The archive holds {printable_name(name)[:80]!r}, which no set has: nothing is "
            f"unpacked. {_ADVICE}"
        )
    kind = stat.S_IFMT(member.external_attr >> 16)
    is_plain = kind in (0, stat.S_IFREG) and not member.flag_bits & 1
    if not is_plain or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError(f"{name} in the archive is a link, encrypted or no plain file.")
    limit = MOST_FACE_BYTES if FILE_PATTERN.match(name) else MOST_TEXT_BYTES
    if member.file_size > limit:
        raise LimitError(f"{name} in the archive unpacks to {member.file_size} bytes; too many.")


def _bounded(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Its content; what the archive says of its own sizes is not believed."""
    with archive.open(member) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise LimitError(f"{member.filename} in the archive unpacks to over {limit} bytes.")
    return data


def _text(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    try:
        return _bounded(archive, member, MOST_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{member.filename} in the archive is no text. {_ADVICE}") from error
