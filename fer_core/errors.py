"""Everything Mien raises on purpose.

Each message is one sentence a person can act on: what was wrong, what was received, what to do.
Front ends show it as it is; pages in the visitor's language where it is marked (``text.mark``), and
with values a ``text.Sentence``::

    FerError
    ├── InputError          a file, frame or data set that cannot be used
    │   ├── DecodeError     the bytes are no picture or video that can be decoded
    │   └── LimitError      decodable, but larger than the limits allow
    ├── DataError           a data set whose content is wrong (file, row, what was received)
    ├── ModelError          a model folder that is missing, damaged or does not match its spec
    ├── ConfigError         a setting or recipe with an impossible value
    ├── BusyError           no free slot: try again later
    ├── StorageError        the database cannot be reached, read or written now
    └── AccessError         not allowed, or a key that is wrong, used up or withdrawn
"""


class FerError(Exception):
    """Base of every error that Mien raises on purpose."""


class InputError(FerError):
    """A file, frame or data set that cannot be used."""


class DecodeError(InputError):
    """The bytes are no picture or video that can be decoded."""


class LimitError(InputError):
    """Decodable, but larger than the limits allow."""


class DataError(FerError):
    """A data set whose content is wrong; the message names file and row."""


class ModelError(FerError):
    """A model folder that is missing, damaged or does not match its spec."""


class ConfigError(FerError):
    """A setting or recipe with an impossible value."""


class BusyError(FerError):
    """No free slot; try again later."""


class StorageError(FerError):
    """The database cannot be reached, read or written now."""


class AccessError(FerError):
    """Not allowed, or a key that is wrong, used up or withdrawn."""
