"""Settings: environment variables with the prefix ``FER_``, validated when first read."""

import os
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from fer_core.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent
#: The folder that the package ``fer_core`` lies in.
IMPORT_ROOT = _PACKAGE.parent
#: What holds ``streamlit_app.py``, ``pages/``, ``models/`` and ``.streamlit/``: the checkout, or,
#: when installed, a folder that the wheel carries (pyproject.toml says which).
PROJECT_ROOT = bundled if (bundled := _PACKAGE / "_project").is_dir() else IMPORT_ROOT
MODELS_DIR = PROJECT_ROOT / "models"
#: Longest time for which anything is kept.
MOST_DAYS = 36_500


class Settings(BaseSettings):
    """All settings of a deployment; `docs/operations.md` explains each."""

    model_config = SettingsConfigDict(env_prefix="FER_", extra="ignore")

    data_dir: Path = Path(".mien")
    data_roots: Annotated[tuple[Path, ...], NoDecode] = ()
    analyse: Literal["both", "server", "device"] = "both"
    model: str = "default"
    detector: str = "short"
    yunet_model: Path | None = None
    ice_servers: list[dict[str, Any]] = Field(default_factory=list)
    turn_secret: str | None = None
    turn_ttl_s: int = Field(3600, ge=60, le=7 * 86_400)
    max_streams: int | None = Field(None, ge=1, le=100_000)
    max_pixels: int = Field(65_000_000, ge=1, le=10**12)
    max_picture_mb: int = Field(1000, ge=1, le=1_000_000)
    worker_mb: int = Field(3000, ge=500, le=1_000_000)
    max_bytes: int = Field(32 * 1024**3, ge=1, le=2**62)
    max_duration_s: float = Field(24 * 3600, gt=0, le=366 * 86_400)
    max_upload_mb: int = Field(1000, ge=1, le=1_000_000)
    max_analyses: int | None = Field(None, ge=1, le=10_000)
    allow_training: bool = False
    database_url: str | None = None
    retention_days: int = Field(30, ge=1, le=MOST_DAYS)
    metrics_token: str | None = Field(None, min_length=16)
    cookie_secret: str | None = Field(None, min_length=32)
    drain_s: float = Field(30, ge=0, le=3600)
    k_min: int = Field(5, ge=2, le=1000)
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    contact: str = Field("", max_length=200)
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = (
        ip_network("127.0.0.0/8"),
        ip_network("::1"),
    )
    roles: dict[str, list[str]] = Field(default_factory=dict)
    login_hours: float = Field(12, gt=0, le=720)

    @field_validator("hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split_list(cls, value: Any) -> Any:
        """Names or networks separated by commas or spaces."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("data_roots", mode="before")
    @classmethod
    def _split_roots(cls, value: Any) -> Any:
        """Paths separated as in PATH (``:`` on Unix, ``;`` on Windows)."""
        if isinstance(value, str):
            return tuple(Path(p) for p in value.split(os.pathsep) if p)
        return value


#: Settings that may hold a password; what they were set to is never shown.
_SECRET = (
    "FER_DATABASE_URL",
    "FER_ICE_SERVERS",
    "FER_TURN_SECRET",
    "FER_ROLES",
    "FER_METRICS_TOKEN",
    "FER_COOKIE_SECRET",
)


def _received(name: str, error: Mapping[str, Any]) -> str:
    if name in _SECRET:
        return "Its value is not repeated here: it may be secret."
    return f"Received: {error.get('input')!r}."


def load_settings(**overrides: Any) -> Settings:
    """Read the environment now.

    Raises:
        ConfigError: a variable has an impossible value.
    """
    try:
        return Settings(**overrides)
    except SettingsError as error:  # the text of a list is no JSON
        name = "FER_" + str(error).split('"')[1].upper()
        raise ConfigError(
            f"The setting {name} is not usable: it must be valid JSON. "
            "Its value is not repeated here: it may be secret. See docs/operations.md."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "FER_" + "_".join(str(p) for p in first["loc"][:1]).upper()
        raise ConfigError(
            f"The setting {name} is not usable: {first['msg']}. "
            f"{_received(name, first)} See docs/operations.md."
        ) from error


def is_in_data_dir(path: Path) -> bool:
    """Whether it lies among what people made, which only the server's account may read."""
    return path.resolve().is_relative_to(settings().data_dir.resolve())


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read once."""
    return load_settings()
