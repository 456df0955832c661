"""One finished run to use."""

import logging
from pathlib import Path

import pytest

from transferkit.cli import failures
from transferkit.cli.app import app


@pytest.fixture(scope="session")
def finished(tiny_model: Path, small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with a baseline and feature transfer."""
    base = tmp_path_factory.mktemp("finished")
    words = ["fit", small_file, "--model", tiny_model, "--routes", "feature_transfer", "--offline", "--folds", 0]
    words += ["--output-dir", base / "run", "--cache-dir", base / "cache"]
    logging.getLogger("transferkit").setLevel(logging.WARNING)
    assert failures.code_of(lambda: app([str(word) for word in words], standalone_mode=False)) == 0
    return base / "run"
