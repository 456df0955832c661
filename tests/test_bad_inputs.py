"""Bad inputs of every kind end with one sentence and an exit code of their kind: no traceback, no 1, no hang."""

import logging
import os
from pathlib import Path

import pytest

from bad_inputs import KINDS, World, complaint, fit_words, pairs
from tiny_models import save_model
from transferkit.cli import failures
from transferkit.cli.app import app

EACH, SEED = 100, 21


def prepared(base: Path) -> tuple[Path, Path]:
    """A tiny model, and a run with the baseline."""
    model = save_model(base / "model", "bert")
    rows = base / "good.csv"
    rows.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in pairs()))
    words = [str(word) for word in fit_words(World(model, base, base), rows) if word != "--dry-run"]
    logging.getLogger("transferkit").setLevel(logging.WARNING)
    assert failures.code_of(lambda: app(words, standalone_mode=False)) == 0
    return model, base / "run"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return prepared(tmp_path_factory.mktemp("bad"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_bad_inputs_end_with_one_sentence(
    kind: str, world: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, run = world
    wrong = []
    for number in range(EACH):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        wrong.append(complaint(kind, SEED * 1_000 + number, World(model, run, folder)))
    os.chdir(tmp_path)
    assert [each for each in wrong if each] == []
