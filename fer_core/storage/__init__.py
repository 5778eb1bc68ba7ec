"""What is kept: pseudonyms, consents, samples by the second, rooms, choices, the audit log.

A front end takes the process's ``Store`` and opens transactions on it::

    store = shared_store()
    with store.read() as session:
        person = persons.find_person(session, key=key)
    with store.write() as session:
        audit.note(session, number=number, action="looked", subject="team 3", now_s=now_s)
    store.writer.put(SampleRow.of(sample, checkin, epoch_s))

Every function of the repository takes an open session first and the rest by name; what reads takes
either kind of session, what changes needs ``write()``. Only ``StorageError`` leaves them when the
database cannot be used.
"""

from fer_core.storage.database import Database
from fer_core.storage.rows import RoomSecondRow, SampleRow
from fer_core.storage.store import Store, shared_store
from fer_core.storage.writer import RecordWriter, WriterStatus

__all__ = [
    "Database",
    "RecordWriter",
    "RoomSecondRow",
    "SampleRow",
    "Store",
    "WriterStatus",
    "shared_store",
]
