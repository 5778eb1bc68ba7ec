"""The first key: who can read the terminal is the owner."""

from fer_core.access.links import has_owner, make_owner_link
from fer_core.storage import Store


def make_owner_query(store: Store, *, again: bool = False) -> str | None:
    """What follows an address to make its browser the owner's, such as ``/?owner=TOKEN``.

    Works once and for a day; one made before and not used works no more.

    Args:
        store: the process's.
        again: make one even though a browser is the owner's already.

    Returns:
        None where a browser is the owner's already.

    Raises:
        StorageError: the database cannot be used.
    """
    now_s = store.now_s()
    with store.write() as session:
        if not again and has_owner(session, now_s=now_s):
            return None
        return f"/?owner={make_owner_link(session, now_s=now_s).token}"
