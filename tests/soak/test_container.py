"""The Containerfile's steps in a fresh folder, by an unprivileged user: no engine is needed."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import psutil
import pytest

from fer_core.config import PROJECT_ROOT
from tests.e2e.browser import free_port
from tests.hosting.test_deploy import containerfile_steps

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

#: What the environment weighs on disk, and packed as a registry keeps it. Most are OpenCV, Arrow,
#: SciPy and FFmpeg; what `deploy/trim.sh` leaves out makes the rest.
MOST_MB = 600
MOST_PACKED_MB = 260
NOBODY = 65534

#: Pages that need most of what is left: tables, charts, files, packages and their licences.
_PAGES = """
from streamlit.testing.v1 import AppTest
from fer_core.config import PROJECT_ROOT
for name in ("metrics", "analyse", "about"):
    app = AppTest.from_file(PROJECT_ROOT / "streamlit_app.py", default_timeout=120).run()
    app.switch_page(f"pages/{name}.py").run()
    print("drawn:", app.title[0].value, [error.value for error in app.exception])
"""


def _find_python(user: int | None) -> str:
    """A Python 3.11 that this user may run, with what makes environments."""
    for path in (sys._base_executable, "/usr/bin/python3.11", "/usr/local/bin/python3.11"):
        command = [path, "-c", "import ensurepip"]
        try:
            if subprocess.run(command, user=user, capture_output=True, check=False).returncode == 0:
                return path
        except OSError:
            continue
    pytest.skip("no Python 3.11 that an unprivileged user may run")


def _run(line: str, places: dict[str, str], user: int | None) -> None:
    names = "|".join(map(re.escape, places))
    line = re.sub(rf"(?<![\w/])({names})(?![\w-])", lambda found: places[found[1]], line)
    done = subprocess.run(
        line,
        shell=True,
        cwd=places["/src"],
        user=user,
        env={**os.environ, "HOME": places["/tmp"], "TMPDIR": places["/tmp"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}: {done.stderr[-2000:]}"


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the image has Python 3.11")
def test_its_steps_make_an_app_that_serves_from_a_folder_it_may_not_write() -> None:
    root = Path(tempfile.mkdtemp(prefix="mien-image-"))
    root.chmod(0o755)
    user = NOBODY if os.getuid() == 0 else None
    python = _find_python(user)
    places = {name: str(root / name[1:]) for name in ("/opt/mien", "/src", "/tmp", "/data")}
    for path in places.values():
        Path(path).mkdir(parents=True)
        if user is not None:
            os.chown(path, user, user)
    try:
        environment: dict[str, str] = {}
        for word, rest in containerfile_steps():
            if word == "COPY" and not rest.startswith("--from"):
                *sources, target = shlex.split(rest)
                for source in sources:
                    _copy(PROJECT_ROOT / source, Path(places["/src"]) / target, user)
            elif word == "RUN" and not re.match(r"useradd|install --directory|apt-get", rest):
                rest = re.sub(r"^python ", f"{python} ", rest)
                _run(rest, places, user)
            elif word == "ENV":
                environment |= dict(one.split("=", 1) for one in shlex.split(rest))
        site = next(Path(places["/opt/mien"]).glob("lib/python3.*/site-packages"))
        names = {path.name for path in site.iterdir()}
        assert not names & {"tensorflow", "keras", "pip"}
        packed_mb = _packed_mb(Path(places["/opt/mien"]))
        made = Path(places["/opt/mien"]).rglob("*")
        files = (f for f in made if f.is_file() and not f.is_symlink())
        disk_mb = sum(f.stat().st_size for f in files) / 2**20
        print(f"the environment: {packed_mb:.0f} MB packed, {disk_mb:.0f} MB on disk")
        assert packed_mb < MOST_PACKED_MB
        assert disk_mb < MOST_MB
        _use(places, environment, user)
        _serve(places, environment, user)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _copy(source: Path, target: Path, user: int | None) -> None:
    if source.is_dir():
        ignore = shutil.ignore_patterns("__pycache__", ".mien")
        shutil.copytree(source, target, ignore=ignore, dirs_exist_ok=True)
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target / source.name)
    if user is not None:
        for path in (target, *target.rglob("*")):
            os.chown(path, user, user)


def _packed_mb(folder: Path) -> float:
    packed = subprocess.run(
        f"tar c {shlex.quote(str(folder))} 2>/dev/null | gzip -6 | wc -c",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(packed.stdout) / 2**20


def _use(places: dict[str, str], environment: dict[str, str], user: int | None) -> None:
    """Every detector finds a face in it, and its pages can be drawn."""
    python = f"{places['/opt/mien']}/bin/python"
    env = {"PATH": os.environ["PATH"], **environment, "FER_DATA_DIR": places["/data"]}

    def ask(*command: str) -> str:
        done = subprocess.run(
            [python, *command],
            cwd=places["/data"],
            user=user,
            env={**env, "HOME": places["/tmp"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    picture = f"{places['/src']}/fer_core/assets/astronaut.png"
    for detector in ("short", "full", "haar"):
        assert "happy" in ask("-m", "fer_core", "predict", "--detector", detector, picture)
    # Streamlit itself complains that there is no server around.
    said = [line for line in ask("-c", _PAGES).splitlines() if line.startswith("drawn:")]
    assert said == ["drawn: Metrics []", "drawn: Analyse []", "drawn: About []"]


def _serve(places: dict[str, str], environment: dict[str, str], user: int | None) -> None:
    # As a read-only file system: what was made belongs to somebody else.
    if user is not None:
        for path in (places["/opt/mien"], *Path(places["/opt/mien"]).rglob("*")):
            os.chown(path, 0, 0, follow_symlinks=False)
    env = {
        "PATH": os.environ["PATH"],
        **environment,
        "FER_DATA_DIR": places["/data"],
        "HOME": places["/tmp"],
        "TMPDIR": places["/tmp"],
    }
    port = free_port()
    process = psutil.Popen(
        [f"{places['/opt/mien']}/bin/mien", "serve", "--port", str(port)],
        cwd=places["/data"],
        env=env,
        user=user,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline()
        assert said == f"Mien is ready: http://127.0.0.1:{port}\n"
        for path in ("/", "/readyz"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
                assert answer.status == 200
        mapped = {Path(one.path).name for one in process.memory_maps()}
        assert not any("tensorflow" in name for name in mapped)
    finally:
        process.terminate()
        assert process.wait(30) == 0
