"""While the app is served, what is too old goes, though nobody opens a page."""

import asyncio
import time
from pathlib import Path

import pytest

from fer_core.app import door
from fer_core.config import settings
from fer_core.studio import StudioSet


@pytest.mark.parametrize("database", [None, "mysql://nobody@nowhere/none"])
def test_recordings_whose_time_is_over_go_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str | None
) -> None:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    if database is not None:  # recordings are files: they do not wait for a database
        monkeypatch.setenv("FER_DATABASE_URL", database)
    settings.cache_clear()
    over = StudioSet.create("Over", keep_days=1, clock=lambda: time.time() - 2 * 86_400)
    stays = StudioSet.create("Stays", keep_days=1)

    async def serve_for_a_moment() -> None:
        async with door._keep(None):  # type: ignore[arg-type]
            for _ in range(200):
                if not over.path.exists():
                    return
                await asyncio.sleep(0.05)

    asyncio.run(serve_for_a_moment())
    assert not over.path.exists()
    assert stays.path.exists()
