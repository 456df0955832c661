"""How estimators are made in tests: a tiny model, a cache of their own, no network."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def how(tiny_model: Path, tmp_path: Path) -> dict[str, Any]:
    return {"model": str(tiny_model), "cache_dir": tmp_path / "cache", "offline": True}
