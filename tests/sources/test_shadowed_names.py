"""A name of the catalogue that is also a folder here."""

import logging
from pathlib import Path

import pytest

from tiny_models import save_model
from transferkit.sources import resolution
from transferkit.sources.source import Found, Request

NAME = "all-MiniLM-L6-v2"


def test_the_catalogue_is_taken_and_the_other_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = save_model(tmp_path / NAME)
    fetched = save_model(tmp_path / "fetched")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(resolution, "_from_catalogue", lambda *_: Found(fetched))
    request = Request(tmp_path / "cache", offline=True)
    with caplog.at_level(logging.WARNING):
        assert resolution._found(NAME, request).path == fetched
    assert f"{NAME} is taken from the catalogue; for the folder of that name write ./{NAME}" in caplog.text
    caplog.clear()
    assert resolution._found(f"./{NAME}", request).path == folder
    assert caplog.text == ""
