"""A tiny pretrained model and a learnable file, for tests that run the whole product."""

import csv
import logging
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from calling import Call, Ended
from tiny_models import Tiny, load, save_model
from tiny_reviews import VOCABULARY, examples
from transferkit import flow
from transferkit.artifact import verify
from transferkit.artifact.run_folder import RunFolder
from transferkit.cli import failures
from transferkit.cli.app import app
from transferkit.errors import ArtifactError
from transferkit.evaluation import cost
from transferkit.sources.backbone import Backbone

# What is asked here of models is asked of the CPU; `test_gpu.py` looks at a GPU.
os.environ["CUDA_VISIBLE_DEVICES"] = ""
# Models this small gain nothing from a second thread, and pytest has a process per core already.
os.environ["OMP_NUM_THREADS"] = "1"
torch.set_num_threads(1)


def _read_back_here(run: RunFolder, trust_remote_code: bool = False) -> None:
    if wrong := verify.verify(run, trust_remote_code):
        raise ArtifactError("; ".join(wrong))


@pytest.fixture(scope="session", autouse=True)
def quick_judging() -> Iterator[None]:
    """Speed is measured for a moment, and saved models are read back in this process, not in a fresh one, each of which
    takes longer than a small training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "verify_in_fresh_process", _read_back_here)
        patch.setattr(cost, "BULK_SECONDS", 0.01)
        patch.setattr(cost, "SINGLE_SECONDS", 0.01)
        yield


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    """Run `transferkit WORDS...` in this process, as `main` does."""

    log = logging.getLogger("transferkit")

    def run(*words: object) -> Ended:
        level = log.level  # which --quiet raises
        code = failures.code_of(lambda: app([str(word) for word in words], standalone_mode=False))
        log.setLevel(level)
        printed = capfd.readouterr()
        return Ended(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random BERT of two layers, width 32, and a WordPiece tokenizer."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(VOCABULARY), max_position_embeddings=64, **size)).save_pretrained(folder)
    ids = {piece: i for i, piece in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, mask_token="[MASK]", **names).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 rows of two labels as CSV."""
    path = tmp_path_factory.mktemp("rows") / "reviews.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *examples()])
    return path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Backbones from `tiny_models.save_model`, each made once: `tiny("mpnet", dropout=0.0)`."""

    @cache
    def make(family: str = "bert", **how: Any) -> Backbone:
        return load(save_model(tmp_path_factory.mktemp(family) / "model", family, **how))

    return make
