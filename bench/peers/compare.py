"""``python -m bench.peers.compare --python PEER``: Mien against PyPI ``fer``, frame by frame."""

import argparse
import json
from pathlib import Path

from bench.frame import COUNT, compare, format_report, load_frames


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.peers.compare", description=__doc__)
    parser.add_argument("--python", required=True, help="the interpreter of fer's environment")
    parser.add_argument("--video", type=Path, help="frames to measure on; default: the portrait")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    frames = load_frames(args.video, COUNT)
    report = compare(frames, "bench.peers.fer_worker", python=args.python)
    renamed = {key.replace("naive_", "fer_"): value for key, value in report.items()}
    print(json.dumps(renamed) if args.json else format_report(report, "PyPI fer"))


if __name__ == "__main__":
    main()
