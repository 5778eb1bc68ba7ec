"""The wheel, installed somewhere else: the command, the models and the app travel with it."""

import json
import os
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fer_core.app.language.catalogues import TRANSLATED
from fer_core.cli import app
from fer_core.config import PROJECT_ROOT as ROOT
from tests.e2e.browser import free_port
from tests.processes import start


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *map(str, arguments)], cwd=ROOT, check=True, timeout=240)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without a network, by the pins of development."""
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", ".", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder)
    (built,) = folder.glob("mien-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing of the checkout but what the wheel carries."""
    folder = tmp_path_factory.mktemp("installed")
    _pip("install", wheel, "--no-deps", "--no-index", "--no-compile", "--target", folder)
    return folder


def _listed(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [line.split("#")[0].strip() for line in lines]
    return [line for line in found if line and not line.startswith("-")]


def test_the_wheel_needs_what_the_requirements_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert sorted(project["dependencies"] + extras["train"]) == sorted(_listed("requirements.in"))
    assert extras["cluster"] == _listed("requirements-ray.in")
    assert set(extras["lsl"]) <= set(_listed("requirements-dev.in"))


def test_the_wheel_carries_all_that_the_checkout_serves(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    beside = ("streamlit_app.py", ".streamlit/config.toml", "models/mien/model_int8.tflite")
    pages = [f"pages/{page.name}" for page in (ROOT / "pages").glob("*.py")]
    assert {f"fer_core/_project/{name}" for name in (*beside, *pages)} <= names
    within = [p for p in (ROOT / "fer_core").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    missing = {p.relative_to(ROOT).as_posix() for p in within} - names
    assert missing == set()
    assert {f"fer_core/app/language/{code}.po" for code in TRANSLATED} <= names
    assert {name.rpartition("/")[2] for name in names} >= {"LICENSE", "NOTICE"}
    assert not [name for name in names if name.startswith(("tests/", "bench/", ".mien"))]


@pytest.mark.slow
def test_predict_elsewhere(installed: Path, portrait: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(installed / "bin" / "mien"), "predict", str(portrait), "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    here = CliRunner().invoke(app, ["predict", str(portrait), "--json"]).stdout
    assert json.loads(done.stdout) == json.loads(here)
    assert [face["label"] for face in json.loads(done.stdout)["faces"]] == ["happy"]


@pytest.mark.slow
def test_serve_elsewhere(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    command = (str(installed / "bin" / "mien"), "serve", "--port", str(port))
    data = tmp_path / "data"
    with start(*command, data_dir=data, cwd=tmp_path, PYTHONPATH=str(installed)) as served:
        served.wait_for_line("Mien is ready")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            assert answer.status == 200


def test_settings_and_models_lie_in_the_wheels_folder(installed: Path, tmp_path: Path) -> None:
    """Streamlit's settings hold from any folder; children find package and project."""
    code = (
        "import sys; from fer_core import config, processes\n"
        "from fer_core.classification.registry import resolve_model_dir\n"
        "sys.argv = [str(config.PROJECT_ROOT / 'streamlit_app.py')]\n"
        "from fer_core.app import door; door.build_app()\n"
        "from streamlit import config as st\n"
        "st.get_config_options(force_reparse=True)\n"
        "print(*[config.PROJECT_ROOT, resolve_model_dir(), st.get_option('runner.postScriptGC'),\n"
        "       st.get_option('client.showErrorDetails'), st.get_option('server.maxUploadSize'),\n"
        "       processes.our_environment()['PYTHONPATH']])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    said = done.stdout.split()
    project = installed / "fer_core" / "_project"
    assert said[:2] == [str(project), str(project / "models" / "mien")]
    assert said[2:4] == ["False", "none"]
    asked = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert said[4] == str(asked["server"]["maxUploadSize"])
    assert said[5].split(os.pathsep)[0] == str(installed)
