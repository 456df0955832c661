"""A special token that was added to a tokenizer and not to its model."""

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from tiny_models import load, save_model
from transferkit import TransferClassifier, predictors
from transferkit.data.given_texts import rows_of

TEXTS = ["the cat was here <e1>", "a red hammer", "a big dog <e1>", "a blue file"] * 5
LABELS = ["animal", "tool"] * 10


@pytest.fixture(scope="module", params=["bert", "roberta", "llama"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp(f"added-{request.param}")
    plain = save_model(place / "plain", request.param)
    added = Path(shutil.copytree(plain, place / "added"))
    rows = load(plain).encoder().get_input_embeddings().weight.shape[0]
    tokenizer = AutoTokenizer.from_pretrained(added)
    fillers = [f"<filler{i}>" for i in range(rows - len(tokenizer))]
    tokenizer.add_tokens([*fillers, "<e1>"], special_tokens=True)
    assert tokenizer.convert_tokens_to_ids("<e1>") == rows
    tokenizer.save_pretrained(added)
    return added


def test_it_is_read_as_ordinary_characters(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = load(folder).tokenizer()("a big dog <e1>")["input_ids"]
    assert found == load(folder.with_name("plain")).tokenizer()("a big dog <e1>")["input_ids"]
    assert "no embedding for (<e1>); in texts they are read as ordinary characters" in caplog.text


@pytest.mark.parametrize("route", ["feature_transfer", "full"])
def test_texts_with_it_train_and_are_answered(folder: Path, tmp_path: Path, route: str) -> None:
    options = {"epochs": 1} if route == "full" else {}
    cache = str(tmp_path / "cache")
    models = [
        TransferClassifier(str(each), route, options, cache_dir=cache).fit(TEXTS, LABELS)
        for each in (folder, folder.with_name("plain"))
    ]
    asked = ["a red dog <e1>"]
    answers = models[0].predict_proba(asked)
    assert np.allclose(answers, models[1].predict_proba(asked), atol=1e-5)
    models[0].predictor_.save(tmp_path / "saved")
    again = predictors.load(tmp_path / "saved").predict(rows_of(asked)).outputs
    assert np.allclose(answers, again, atol=1e-5)
