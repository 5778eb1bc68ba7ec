"""A real nginx before several replicas, with the configuration that `deploy/` gives."""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from fer_core.config import PROJECT_ROOT

DEPLOYED = PROJECT_ROOT / "deploy" / "nginx-replicas.conf"


def find_nginx() -> str:
    """Its path; skips where it is absent."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        pytest.skip("nginx is absent: install it (on Debian: apt-get install nginx-light).")
    return found


def for_loopback(text: str, ports: Sequence[int], listen: int) -> str:
    """The deployed configuration for replicas on loopback and plain HTTP, with nginx's own log;
    nothing else differs.

    Args:
        text: of `deploy/nginx-replicas.conf`.
        ports: of the replicas a, b, ...; a third is added where the file has two.
        listen: port of nginx.
    """
    names = "abcdefgh"[: len(ports)]
    lines = []
    for line in text.splitlines():
        if any(name in line for name in ("ssl_certificate", "server_name", "access_log")):
            continue
        for name, port in zip("ab", (8501, 8502), strict=True):
            line = line.replace(f"127.0.0.1:{port}", f"127.0.0.1:{ports[names.index(name)]}")
        line = line.replace("listen 443 ssl", f"listen 127.0.0.1:{listen}")
        for name, port in zip("ab", (8501, 8502), strict=True):
            line = line.replace(f'"~:{port}$"', f'"~:{ports[names.index(name)]}$"')
        lines.append(line)
    conf = "\n".join(lines)
    for name, port in list(zip(names, ports, strict=True))[2:]:
        extra = f"    server 127.0.0.1:{port} max_fails=0;\n"
        conf = conf.replace("    least_conn;\n", f"    least_conn;\n{extra}", 1)
        for other in names[: names.index(name)]:
            first = f"upstream mien_{other} {{\n"
            conf = conf.replace(first, first + extra.replace(" max", " backup max"), 1)
        backups = "".join(
            f"    server 127.0.0.1:{one} backup max_fails=0;\n" for one in ports if one != port
        )
        conf += f"\nupstream mien_{name} {{\n{extra}{backups}}}\n"
        conf = conf.replace("    a       mien_a;", f"    a       mien_a;\n    {name} mien_{name};")
        cookie = f"mien_replica={name}; Path=/; HttpOnly; SameSite=Lax$mien_secure"
        conf = conf.replace('    default   "";', f'    default   "";\n    "~:{port}$" "{cookie}";')
    return conf


@contextmanager
def run_nginx(folder: Path, ports: Sequence[int], listen: int) -> Iterator[str]:
    """Its address, while it runs before replicas on these ports."""
    program = find_nginx()
    folder.mkdir(parents=True, exist_ok=True)
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = for_loopback(DEPLOYED.read_text(encoding="utf-8"), ports, listen)
    path = folder / "nginx.conf"
    path.write_text(
        f"pid {folder}/pid; daemon off; master_process off;\n"
        f"error_log {folder}/error.log info; events {{ worker_connections 512; }}\n"
        f"http {{ access_log {folder}/access.log;\n{places}{conf}\n}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(path), "-e", str(folder / "error.log")],
        stderr=subprocess.STDOUT,
        stdout=(folder / "said").open("wb"),
    )
    address = f"http://127.0.0.1:{listen}"
    try:
        end_s = time.monotonic() + 10
        while not answers(f"{address}/healthz"):
            assert process.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < end_s, (folder / "error.log").read_text()
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    """Whether there is something at this address now."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
