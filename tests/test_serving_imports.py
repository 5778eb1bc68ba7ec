"""Who imports what: TensorFlow stays out of serving, Streamlit out of everything but the pages."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT as ROOT

#: Runs the default model over the portrait, twice as a stream, and tells what is in memory then.
SCRIPT = """
import json, sys
from fer_core.imaging.decode import read_image
from fer_core.imaging.frame import ArrayFrame
from fer_core.pipeline import build_pipeline
from pathlib import Path

pipeline = build_pipeline()
pipeline.warm_up()
bgr = read_image(Path("fer_core/assets/astronaut.png"))
results = [pipeline.process(ArrayFrame(bgr, time_s)) for time_s in (0.0, 0.04)]
print(json.dumps({
    "faces": [len(result.faces) for result in results],
    "modules": sorted({name.split(".")[0] for name in sys.modules}),
}))
"""


def test_a_frame_goes_through_without_tensorflow() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert told["faces"] == [1, 1]
    assert "ai_edge_litert" in told["modules"]
    assert not {"tensorflow", "keras", "streamlit", "streamlit_webrtc"} & set(told["modules"])


def _sources(*places: str) -> list[Path]:
    found = [ROOT / place for place in places]
    return [f for p in found for f in (sorted(p.rglob("*.py")) if p.is_dir() else [p])]


def _imports(path: Path) -> Iterator[str]:
    """Full names of the modules a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _importers(modules: tuple[str, ...], allowed: tuple[str, ...]) -> list[str]:
    """Files of the project that import one of the modules without being allowed to."""
    return [
        str(path.relative_to(ROOT))
        for path in _sources("fer_core", "pages", "streamlit_app.py")
        if not path.relative_to(ROOT).as_posix().startswith(allowed)
        and any(name.split(".")[0] in modules for name in _imports(path))
    ]


@pytest.mark.parametrize(
    ("modules", "allowed"),
    [
        (("streamlit", "streamlit_webrtc"), ("streamlit_app.py", "pages/", "fer_core/app/")),
        (("tensorflow", "keras"), ("fer_core/training/", "fer_core/zoo/")),
    ],
)
def test_only_they_import_it(modules: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    assert _importers(modules, allowed) == []
    assert _importers(modules, ("nobody/",)), "the scan itself finds them"


@pytest.mark.parametrize(
    "lower",
    [
        "imaging",
        "detection",
        "landmarks",
        "tracking",
        "temporal",
        "classification",
        "types.py",
        "labels.py",
    ],
)
def test_stages_know_no_pipeline_and_no_front_end(lower: str) -> None:
    above = ("pipeline", "streaming", "app", "cli", "training", "hosting", "evaluation")
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path in _sources(f"fer_core/{lower}")
        for name in _imports(path)
        if name.startswith(tuple(f"fer_core.{part}" for part in above))
    ]
    assert wrong == []


def test_everything_imported_is_a_named_requirement() -> None:
    """What the code imports stands in requirements.in, not just behind another package."""
    lists = ("requirements.in", "requirements-ray.in")
    text = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in lists)
    named = {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)", text, re.M)}
    homes = packages_distributions()
    roots = {
        name.split(".")[0]
        for path in _sources("fer_core", "pages", "streamlit_app.py")
        for name in _imports(path)
    }
    # pylsl is an extra: `watch --lsl` says so where it is absent.
    roots -= {*sys.stdlib_module_names, "fer_core", "bench", "pages", "pylsl"}
    missing = [r for r in sorted(roots) if not named & {_normal(d) for d in homes.get(r, [r])}]
    assert missing == []
    assert {"numpy", "cv2", "streamlit"} <= roots


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
