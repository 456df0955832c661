"""The example run, built once."""

import pytest

from report.example_run import build
from transferkit.evaluation.results import RunResult


@pytest.fixture(scope="session")
def run() -> RunResult:
    return build()
