"""A picture of few bytes takes no more memory than its header says."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from fer_core.config import settings
from fer_core.errors import LimitError
from fer_core.imaging.decode import memory_bytes, read_image
from fer_core.processes import our_environment

SIDE = 3000
#: name -> (mode, colour, format, options): each much smaller as a file than in memory
PICTURES = {
    "transparent PNG": ("RGBA", (1, 2, 3, 4), "PNG", {}),
    "16-bit PNG": ("I;16", 700, "PNG", {}),
    "float TIFF": ("F", 0.5, "TIFF", {"compression": "tiff_adobe_deflate"}),
    "progressive JPEG": ("RGB", (9, 50, 80), "JPEG", {"progressive": True}),
    "transparent WebP": ("RGBA", (9, 50, 80, 9), "WEBP", {"lossless": True}),
    "GIF": ("P", 3, "GIF", {}),
}
#: Strips, tables and what the allocator rounds up.
_SPARE_BYTES = 24_000_000

_PEAK = """
import sys
from pathlib import Path
from fer_core.imaging.decode import read_image

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

for name in sys.argv[1:]:
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    read_image(name)
    print(peak() - before)
"""


def _write(folder: Path, name: str) -> Path:
    mode, colour, format_, options = PICTURES[name]
    path = folder / f"{name}.bin"
    Image.new(mode, (SIDE, SIDE), colour).save(path, format_, **options)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_decoding_takes_what_the_header_says(tmp_path: Path) -> None:
    paths = [_write(tmp_path, name) for name in PICTURES]
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *map(str, paths)],
        env=our_environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    for path, peak in zip(paths, done.stdout.split(), strict=True):
        with Image.open(path) as image:
            said = memory_bytes(image)
        assert path.stat().st_size < said / 100
        assert int(peak) < said + _SPARE_BYTES, f"{path.stem}: {peak} bytes, {said} said"


def test_too_much_memory_is_refused_by_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_MAX_PICTURE_MB", "2")
    settings.cache_clear()
    content = io.BytesIO()
    Image.new("RGBA", (1000, 500), "red").save(content, "WEBP", lossless=True)
    with pytest.raises(LimitError, match=r"1,000 x 500 .*WEBP.* 10 MB .* 2 are .*PICTURE_MB"):
        read_image(content.getvalue())
