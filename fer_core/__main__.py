"""``mien``, or ``python -m fer_core``: the command line."""

import io
import sys
from pathlib import Path

from fer_core.cli import app


def main() -> None:
    """Run the command line; a character that a terminal cannot show is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    is_module = Path(sys.argv[0]).name == "__main__.py"
    app(prog_name="python -m fer_core" if is_module else "mien")


if __name__ == "__main__":
    main()
