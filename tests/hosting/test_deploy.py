"""What `deploy/` gives operators: it can be read, and names things that exist."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from fer_core.app.health import LIVE, READY
from fer_core.config import PROJECT_ROOT, Settings
from fer_core.hosting import ensure_self_signed
from tests.e2e.browser import free_port
from tests.nginx import DEPLOYED, find_nginx, for_loopback

DEPLOY = PROJECT_ROOT / "deploy"
SETTINGS = {f"FER_{name.upper()}" for name in Settings.model_fields}


def _compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8")))


def _kubernetes() -> dict[str, dict[str, Any]]:
    text = (DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")
    return {one["kind"]: one for one in yaml.safe_load_all(text)}


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    named = set(re.findall(r"\bFER_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert named <= SETTINGS


def test_compose_mounts_what_is_there_and_nothing_may_write_but_data() -> None:
    made = _compose()
    for name, service in made["services"].items():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("./") and source != "./tls":  # the operator's own
                assert (DEPLOY / source).is_file(), f"{name}: {source}"
            elif not source.startswith("./"):
                assert source in made["volumes"], f"{name}: {source}"
    replicas = [one for one in made["services"].values() if one["image"] == "mien"]
    assert len(replicas) == 2
    for one in replicas:
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert (PROJECT_ROOT / one["build"]["dockerfile"]).is_file()
        json.loads(
            one["environment"]["FER_ICE_SERVERS"].replace("${MIEN_HOST:?set it in .env}", "x")
        )
    ports = [one["command"][-1] for one in replicas]
    conf = DEPLOYED.read_text(encoding="utf-8")
    assert ports == ["8501", "8502"]
    assert all(f"server 127.0.0.1:{port} " in conf for port in ports)
    grace_s = int(replicas[0]["stop_grace_period"].rstrip("s"))
    assert grace_s > int(replicas[0]["environment"]["FER_DRAIN_S"])


def test_kubernetes_asks_the_addresses_that_answer_and_waits_for_the_end() -> None:
    made = _kubernetes()
    pod = made["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == READY
    assert container["livenessProbe"]["httpGet"]["path"] == LIVE
    env = {one["name"]: one["value"] for one in container["env"]}
    json.loads(env["FER_ICE_SERVERS"])
    assert pod["terminationGracePeriodSeconds"] > int(env["FER_DRAIN_S"]) + 5
    assert {one["name"] for one in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
    path = made["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]
    assert path["backend"]["service"]["name"] == made["Service"]["metadata"]["name"]


def containerfile_steps() -> list[tuple[str, str]]:
    """(word, rest) of each step."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [tuple(one.split(" ", 1)) for one in lines if one and not one.startswith("#")]  # type: ignore[misc]


def test_the_image_copies_what_is_there_and_serves_without_rights() -> None:
    steps = containerfile_steps()
    for word, rest in steps:
        if word == "COPY" and not rest.startswith("--from"):
            for source in shlex.split(rest)[:-1]:
                assert (PROJECT_ROOT / source).exists(), source
    words = [word for word, _ in steps]
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert words.count("VOLUME") == 1


def test_the_image_holds_the_same_pins_and_no_tensorflow() -> None:
    def pins(path: Path) -> set[str]:
        return set(re.findall(r"^[a-z][^\s=]*==[^\s;]+", path.read_text(encoding="utf-8"), re.M))

    image, all_pins = pins(DEPLOY / "requirements.txt"), pins(PROJECT_ROOT / "requirements.txt")
    assert len(image) > 50
    assert image <= all_pins
    names = {one.split("==")[0] for one in image}
    assert not names & {"tensorflow", "keras", "libclang", "grpcio", "h5py"}
    wanted = re.findall(r"^([a-z][\w-]*)", (PROJECT_ROOT / "requirements.in").read_text(), re.M)
    assert set(wanted) - {"h5py", "keras", "tensorflow"} <= names | {"backports"}


def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    program = find_nginx()
    for ports in ([8601, 8602], [8601, 8602, 8603]):
        text = for_loopback(DEPLOYED.read_text(encoding="utf-8"), ports, 8600)
        conf = tmp_path / "nginx.conf"
        conf.write_text(
            f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
            f"http {{ access_log off;\n{text}\n}}"
        )
        done = subprocess.run(
            [program, "-t", "-q", "-c", str(conf)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is absent.")
    unit = tmp_path / "mien@8501.service"
    text = (DEPLOY / "mien@.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/mien/bin/mien", "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        [program, "verify", str(unit)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "mien@" in line]
    assert not said, said


@pytest.mark.parametrize("name", ["nginx.conf", "nginx-replicas.conf"])
def test_a_proxys_log_holds_no_link(name: str, tmp_path: Path) -> None:
    """A link that lets several browsers in still works when somebody reads the log."""
    program, listen = find_nginx(), free_port()
    pair = ensure_self_signed(tmp_path / "tls", ("localhost",))
    text = (DEPLOY / name).read_text(encoding="utf-8")
    text = re.sub(r"/etc/ssl/\S+\.pem", str(pair.cert), text)
    text = re.sub(r"/etc/ssl/\S+\.key", str(pair.key), text)
    text = re.sub(r"127\.0\.0\.1:850[12]", "127.0.0.1:9", text)  # nobody answers there
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{listen} ssl")
    assert "/var/log/nginx/access.log mien;" in text
    text = text.replace("/var/log/nginx/access.log", str(tmp_path / "access.log"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {tmp_path}/pid; daemon off; master_process off; events {{ }}\n"
        f"http {{ {places}{text}\n}}\n"
    )
    process = subprocess.Popen([program, "-p", tmp_path, "-c", conf, "-e", tmp_path / "error.log"])
    try:
        transport = httpx.HTTPTransport(verify=False, retries=8)  # until nginx listens
        with httpx.Client(transport=transport) as client:
            client.get(
                f"https://127.0.0.1:{listen}/classroom?key=SECRET&room=CODE",
                headers={"Referer": "https://127.0.0.1/?key=SECRET"},
            )
    finally:
        process.terminate()
        process.wait(10)
    said = (tmp_path / "access.log").read_text()
    assert "GET /classroom" in said
    assert "SECRET" not in said
    assert "CODE" not in said
