"""Weights saved with a wrapper's name before theirs: read without it, which is said, or refused."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, BertConfig

from sources.tiny_sources import save_bert, save_gpt2, save_tokenizer
from transferkit import sources
from transferkit.errors import SourceError
from transferkit.sources import load_model, wrapping

PREFIXES = ("module.", "_orig_mod.", "model.", "encoder.", "0.auto_model.", "module._orig_mod.", "net.backbone.")
LABELS = ["a", "b"]


def wrap(folder: Path, change: Callable[[str], str]) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({change(name): each for name, each in weights.items()}, folder / "model.safetensors", {"format": "pt"})


def body(model: Any) -> dict[str, torch.Tensor]:
    return {name: each for name, each in model.base_model.named_parameters() if "pooler" not in name}


def require_same(found: Any, expected: dict[str, torch.Tensor]) -> None:
    read = body(found)
    assert {name for name in expected if not torch.equal(read[name], expected[name])} == set()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_encoder_is_read_without_it(tmp_path: Path, prefix: str, caplog: pytest.LogCaptureFixture) -> None:
    folder = save_bert(tmp_path / "bert")
    expected = body(load_model.encoder(folder, False))
    wrap(folder, lambda name: f"{prefix}{name}")
    caplog.set_level(logging.WARNING, "transferkit")
    backbone = sources.load(str(folder), cache_dir=tmp_path / "cache", offline=True)
    require_same(backbone.encoder(), expected)
    for kind in ("single_label_classification", load_model.TAGGING, load_model.READING):
        require_same(load_model.classifier(folder, LABELS, kind, 0, False), expected)
    said = [record.getMessage() for record in caplog.records if "wrapper" in record.getMessage()]
    assert len(said) == 1 and repr(prefix) in said[0]


@pytest.mark.parametrize("prefix", ["module.", "bert.", "model.", "_orig_mod."])
def test_a_classifier_of_others_is_read_without_it(tmp_path: Path, prefix: str) -> None:
    """Their weights have a prefix of their own already: `module.bert.`, or `bert.bert.`."""
    folder = tmp_path / "model"
    size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    torch.manual_seed(0)
    made: Any = AutoModelForSequenceClassification.from_config(BertConfig(vocab_size=40, **size))
    made.save_pretrained(folder)
    save_tokenizer(folder)
    wrap(folder, lambda name: f"{prefix}{name}")
    require_same(load_model.encoder(folder, False), body(made))
    require_same(load_model.classifier(folder, LABELS, "single_label_classification", 0, False), body(made))


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model."])
def test_what_writes_is_read_without_it(tmp_path: Path, prefix: str) -> None:
    folder = save_gpt2(tmp_path / "gpt2")
    expected = body(load_model.generator(folder, False))
    wrap(folder, lambda name: f"{prefix}{name}")
    require_same(load_model.generator(folder, False), expected)


def test_a_head_of_the_pretraining_is_no_wrapper(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """ALBERT's was trained with `sop_classifier.classifier`."""
    folder = save_bert(tmp_path / "bert")
    weights = load_file(folder / "model.safetensors")
    head = {"sop_classifier.classifier.weight": torch.randn(2, 16), "sop_classifier.classifier.bias": torch.randn(2)}
    save_file(weights | head, folder / "model.safetensors", {"format": "pt"})
    caplog.set_level(logging.WARNING, "transferkit")
    load_model.classifier(folder, LABELS, "single_label_classification", 0, False)
    assert caplog.messages == []


def test_some_names_have_it(tmp_path: Path) -> None:
    folder = save_bert(tmp_path / "bert")
    expected = body(load_model.encoder(folder, False))
    wrap(folder, lambda name: f"module.{name}" if "layer.1." in name else name)
    require_same(load_model.encoder(folder, False), expected)


def test_a_matrix_that_is_missing_behind_it_is_named(tmp_path: Path) -> None:
    folder = save_bert(tmp_path / "bert")
    wrap(folder, lambda name: f"module.{name}".replace("layer.1.output.dense.weight", "layer.1.output.gone.weight"))
    with pytest.raises(SourceError, match=r"encoder.layer.1.output.dense.weight of that size"):
        load_model.encoder(folder, False)


@pytest.mark.parametrize(
    ("held", "lacking", "expected"),
    [
        (["module.a.w", "module.b.w"], ["a.w", "b.w"], ["module."]),
        (["module.bert.a.w", "module.bert.b.w", "module.cls.w"], ["bert.a.w", "bert.b.w"], ["module."]),
        (["bert.bert.a.w"], ["a.w"], ["bert."]),
        (["bert.bert.a.w"], ["bert.a.w"], ["bert."]),
        (["x.a.w", "x.b.w", "y.a.w", "y.b.w"], ["a.w", "b.w"], ["x.", "y."]),
        (["x.a.w", "y.b.w", "z.c.w"], ["a.w", "b.w", "c.w"], []),
        (["other.w"], ["a.w"], []),
        ([], ["a.w"], []),
    ],
)
def test_prefixes(held: list[str], lacking: list[str], expected: list[str]) -> None:
    assert wrapping.prefixes(held, lacking, "bert.") == expected
