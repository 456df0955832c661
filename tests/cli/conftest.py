"""The command line, called in this process as `main` calls it, and one finished run to use."""

import logging
from pathlib import Path

import pytest
from calling import Call, Ended

from transferkit.cli import failures
from transferkit.cli.app import app


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    """Run `transferkit WORDS...`."""

    def run(*words: object) -> Ended:
        code = failures.code_of(lambda: app([str(word) for word in words], standalone_mode=False))
        printed = capfd.readouterr()
        return Ended(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def finished(tiny_model: Path, small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with a baseline and feature transfer."""
    base = tmp_path_factory.mktemp("finished")
    words = ["fit", small_file, "--model", tiny_model, "--routes", "feature_transfer", "--offline"]
    words += ["--output-dir", base / "run", "--cache-dir", base / "cache"]
    logging.getLogger("transferkit").setLevel(logging.WARNING)
    assert failures.code_of(lambda: app([str(word) for word in words], standalone_mode=False)) == 0
    return base / "run"
