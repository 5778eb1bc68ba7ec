"""A process that is killed before its n-th change of a file, for any n."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

#: What changes a folder, as Python's audit events call it; ``open`` counts where it writes.
_CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.link"}
_KILLED, _FAILED = 9, 1


def kill_before(number: int, action: Callable[[], object], folder: Path) -> bool:
    """Do it in a process of its own, which ends before its n-th change under the folder.

    Returns:
        Whether it came to that; False where it had fewer changes to make.
    """
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, _KILLED), f"the process ended with {code}"
        return code == _KILLED
    seen = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event == "open":
            flags = arguments[2] if len(arguments) > 2 else 0
            if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR):
                return
        elif event not in _CHANGES:
            return
        if not _path_of(event, arguments).startswith(str(folder)):
            return
        seen += 1
        if seen == number:
            os._exit(_KILLED)

    try:
        sys.addaudithook(count)
        action()
    except BaseException:
        traceback.print_exc()
        os._exit(_FAILED)
    os._exit(0)


def _path_of(event: str, arguments: tuple[object, ...]) -> str:
    """What it is about; whoever removes a tree names files by the folder that is open."""
    path, place = str(arguments[0]), arguments[-1]
    if event in ("os.remove", "os.rmdir") and isinstance(place, int) and place >= 0:
        return f"{Path(f'/proc/self/fd/{place}').readlink()}/{path}"
    return path
