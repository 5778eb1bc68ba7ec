"""The choice of the live model, in the database too, so that every process follows it.

Processes that share FER_DATA_DIR see the choice in its file at once; those that share the database
only, within ``EVERY_S``.
"""

import logging
import threading
from typing import Final

from fer_core.classification.registry import choose_live, live_choice, model_names
from fer_core.errors import FerError
from fer_core.storage import Store, audit
from fer_core.storage.choices import get_choice, make_choice

_log = logging.getLogger(__name__)

EVERY_S: Final = 2.0
_KEY: Final = "live model"


def keep_live_choice(store: Store, name: str, *, number: int | None, said: str) -> None:
    """Keep the choice for all processes.

    Args:
        store: that they share.
        name: of the model.
        number: random number of who chose it; None for somebody without one.
        said: what the audit log says of it.

    Raises:
        StorageError: the database cannot be used.
    """
    with store.write() as session:
        make_choice(
            session,
            key=_KEY,
            value={"model": name},
            number=audit.random_number() if number is None else number,
            now_s=store.now_s(),
            said=said,
        )


class LiveFollower:
    """Takes over in this process's own file what was chosen elsewhere.

    Args:
        store: that the processes share; None where no database can be had.
        every_s: seconds between looks.
    """

    def __init__(self, store: Store | None, *, every_s: float = EVERY_S) -> None:
        self._store, self._every_s = store, every_s
        self._version = self._warned = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-choice", daemon=True)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a look under way is waited for."""
        self._ended.set()
        self._thread.join(10.0)

    def look(self) -> None:
        """Follow the newest choice, if it is another than at the look before.

        Raises:
            FerError: the database cannot be used, or the choice not be written.
        """
        # A file that is missing is not made only to look whether somebody chose something.
        if self._store is None or not self._store.is_there:
            return
        with self._store.read() as session:
            choice = get_choice(session, key=_KEY)
        if choice is None or choice.version == self._version:
            return
        name = str(choice.value["model"])
        if name != live_choice():
            if name not in model_names():  # it may come yet
                self._warn(choice.version, name)
                return
            choose_live(name)
        self._version = choice.version

    def _warn(self, version: int, name: str) -> None:
        if version != self._warned:
            self._warned = version
            _log.warning(
                "The live model %s was chosen, which is not in FER_DATA_DIR here; %s goes on.",
                name,
                live_choice(),
            )

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
            except (FerError, OSError) as error:
                _log.debug("The choice of the live model is not known now: %s", error)
            self._ended.wait(self._every_s)
