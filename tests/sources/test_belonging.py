"""Tokenizers of other models whose numbers fit, and files of a tokenizer that are missing."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from tiny_models import save_model
from transferkit import sources
from transferkit.errors import SourceError
from transferkit.sources import examination

KINDS = ("bert", "roberta", "llama", "gpt2", "albert", "distilbert", "t5")


@pytest.fixture(autouse=True)
def said_anew() -> None:
    examination._say.cache_clear()


def changed(file: Path, **changes: Any) -> None:
    said = {**json.loads(file.read_text()), **changes}
    file.write_text(json.dumps(said))


def load(folder: Path) -> None:
    sources.load(str(folder), cache_dir=folder.parent / "cache", offline=True)


def refused(folder: Path) -> str:
    with pytest.raises(SourceError) as raised:
        load(folder)
    return str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_of_whole_folders_nothing_is_said(kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        load(save_model(tmp_path / "model", kind))
    assert caplog.text == ""


def test_a_file_of_one_kind_under_a_class_of_another(tmp_path: Path) -> None:
    folder = save_model(tmp_path / "model", "bert")
    changed(folder / "tokenizer_config.json", tokenizer_class="RobertaTokenizer")
    assert "tokenizer.json in" in (said := refused(folder)) and "is of the kind WordLevel, but Roberta" in said


def test_merges_that_are_missing(tmp_path: Path) -> None:
    folder = save_model(tmp_path / "model", "roberta")
    file = folder / "tokenizer.json"
    vocabulary = json.loads(file.read_text())["model"]["vocab"]
    rest = {"dropout": None, "unk_token": "<unk>", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    rest |= {"continuing_subword_prefix": None, "end_of_word_suffix": None}
    changed(file, model={"type": "BPE", "vocab": vocabulary, "merges": [], **rest}, normalizer=None)
    assert "has no merges, so that it reads every word sign by sign" in refused(folder)


@pytest.mark.parametrize("changes", [{"pad_token_id": 7}, {"pad_token_id": 7, "eos_token_id": 7}])
def test_special_tokens_with_other_numbers_are_told(
    changes: dict[str, int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = save_model(tmp_path / "model", "bert")
    changed(folder / "config.json", **changes)
    for _ in range(2):
        examination._say.cache_clear()
        with caplog.at_level(logging.WARNING):
            load(folder)
    assert caplog.text.count("config.json and the tokenizer differ in special tokens") == 2


@pytest.mark.parametrize("changes", [{"pad_token_id": 7}, {"eos_token_id": [7, 9]}])
def test_what_decoders_say_of_them_is_often_stale(
    changes: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = save_model(tmp_path / "model", "llama")
    changed(folder / "config.json", **changes)
    with caplog.at_level(logging.WARNING):
        load(folder)
    assert "special tokens" not in caplog.text


@pytest.mark.parametrize(("kind", "gone"), [("llama", "tokenizer.json"), ("albert", "tokenizer_config.json")])
def test_a_missing_file_is_named(kind: str, gone: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(save_model(tmp_path / "whole", kind), tmp_path / "model"))
    (folder / gone).unlink()
    said = refused(folder)
    assert "sentencepiece" not in said and "TypeError" not in said, said
    assert gone in said, said
