"""``python -m fer_core``: the command line."""

import io
import sys

from fer_core.cli import app


def main() -> None:
    """Run the command line; a character that a terminal cannot show is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="python -m fer_core")


if __name__ == "__main__":
    main()
