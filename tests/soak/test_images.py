"""Damaged pictures through decoder and pipeline: a picture or one sentence, never anything else."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from fer_core.errors import FerError
from fer_core.imaging.decode import read_image
from fer_core.imaging.frame import ArrayFrame
from fer_core.pipeline import FacePipeline, build_pipeline
from tests.imaging.pictures import encoded
from tests.soak.mutants import Watch, mutants, scaled

#: Damage may enlarge a picture; so large ones are another test's, and would take the time here.
MAX_PIXELS = 1_000_000
MAX_STEP_S = 10.0
MAX_GROWTH_MB = 64


def _originals(portrait: Path) -> dict[str, bytes]:
    """The portrait's face, 112 px, in every format and in the forms their parsers branch on."""
    with Image.open(portrait) as image:
        face = image.convert("RGB").crop((140, 30, 308, 198)).resize((112, 112))
    exif = Image.Exif()
    exif[0x0112] = 6
    gray = Image.fromarray(np.asarray(face.convert("L"), np.uint16) * 257)
    faded = face.copy()
    faded.putalpha(face.convert("L"))
    palette = face.quantize(32)
    more = [face.rotate(90), face.rotate(180)]
    originals = {
        "jpeg": encoded(face, "JPEG", exif=exif.tobytes()),
        "progressive jpeg": encoded(face, "JPEG", progressive=True, quality=60),
        "cmyk jpeg": encoded(face.convert("CMYK"), "JPEG"),
        "png": encoded(face, "PNG", exif=exif.tobytes()),
        "palette png": encoded(palette, "PNG", transparency=3),
        "16-bit png": encoded(gray, "PNG"),
        "animated png": encoded(face, "PNG", save_all=True, append_images=more),
        "webp": encoded(face, "WEBP", exif=exif.tobytes()),
        "lossless webp": encoded(faded, "WEBP", lossless=True),
        "animated webp": encoded(face, "WEBP", save_all=True, append_images=more),
        "gif": encoded(palette, "GIF", save_all=True, append_images=more),
        "tiff": encoded(face, "TIFF"),
        "lzw tiff": encoded(faded, "TIFF", compression="tiff_lzw"),
        "jpeg tiff": encoded(face, "TIFF", compression="jpeg"),
        "16-bit tiff": encoded(gray, "TIFF"),
        "float tiff": encoded(face.convert("F"), "TIFF", compression="tiff_deflate"),
        "fax tiff": encoded(face.convert("1"), "TIFF", compression="group4"),
        "bmp": encoded(face, "BMP"),
        "palette bmp": encoded(palette, "BMP"),
    }
    return originals | ({"avif": encoded(face, "AVIF")} if features.check("avif") else {})


@pytest.fixture(scope="module")
def pipeline() -> FacePipeline:
    return build_pipeline(live=False, small_faces=True)


def _analyse(pipeline: FacePipeline, data: bytes) -> str:
    try:
        bgr = read_image(data, max_pixels=MAX_PIXELS)
    except FerError as error:
        sentence = str(error)
        assert sentence.isprintable(), sentence
        assert sentence.endswith("."), sentence
        return type(error).__name__
    result = pipeline.process(ArrayFrame(bgr))
    assert np.isfinite(result.probs).all()
    np.testing.assert_allclose(result.probs.sum(axis=1), 1, atol=1e-4)
    return "face" if len(result.faces) else "no face"


@pytest.mark.filterwarnings("error", "ignore:::PIL")
@pytest.mark.parametrize(
    "count",
    [160, pytest.param(10_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])],
)
def test_damaged_pictures(count: int, portrait: Path, pipeline: FacePipeline) -> None:
    count = scaled(count) if count > 1000 else count
    originals = _originals(portrait)
    whole = {name: _analyse(pipeline, data) for name, data in originals.items()}
    assert set(whole) - {name for name in whole if whole[name] == "face"} == {"fax tiff"}
    watch = Watch(warm_up=count // 5)
    for name, data in mutants(originals, count):
        watch.step(name, lambda data=data: _analyse(pipeline, data))
    print(watch.report())
    assert watch.steps == count
    assert {"face", "DecodeError"} <= set(watch.outcomes)
    assert watch.slowest[0] < MAX_STEP_S, watch.report()
    assert watch.growth_mb < MAX_GROWTH_MB, watch.report()
