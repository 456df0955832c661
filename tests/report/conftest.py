"""The example run, built once, and a browser to look at its page."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from report.example_run import build
from transferkit.evaluation.results import RunResult

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def run() -> RunResult:
    return build()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium as the system has it: none is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed; `apt-get install chromium` brings it")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
