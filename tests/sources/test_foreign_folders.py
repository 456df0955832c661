"""Model folders of other people whose files do not belong together, lead elsewhere or are damaged: refused up front."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from transformers import AutoModel

from sources.tiny_sources import make_sentence, save_bert
from transferkit import sources
from transferkit.errors import SourceError
from transferkit.sources.examination import Seen


@pytest.fixture
def copy(bert: Path, tmp_path: Path) -> Path:
    return shutil.copytree(bert, tmp_path / "copy")


def refused(folder: Path, tmp_path: Path) -> str:
    """What is said of `folder`, in one line."""
    with pytest.raises(SourceError) as raised:
        sources.load(str(folder), cache_dir=tmp_path / "cache", offline=True)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def rewrite(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def tensors(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    found = load_file(folder / "model.safetensors")
    change(found)
    save_file(found, folder / "model.safetensors", {"format": "pt"})


# Paths that lead elsewhere


@pytest.mark.parametrize("path", ["/etc", "../other", "1_Pooling/../../other", "link", "a\0b"])
def test_a_module_outside_of_its_folder(copy: Path, tmp_path: Path, path: str) -> None:
    make_sentence(copy, {})
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json").write_text('{"pooling_mode": "cls"}')
    (copy / "link").symlink_to(tmp_path / "other")
    entries = json.loads((copy / "modules.json").read_text())
    entries[1]["path"] = path
    (copy / "modules.json").write_text(json.dumps(entries))
    assert "outside of its folder" in refused(copy, tmp_path)


@pytest.mark.parametrize("name", ["../model.safetensors", "/tmp/x.safetensors", "model.bin", "sub/x.safetensors", ""])
def test_a_shard_outside_of_its_folder(copy: Path, tmp_path: Path, name: str) -> None:
    shutil.move(copy / "model.safetensors", tmp_path / "model.safetensors")
    (copy / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    assert "its own folder" in refused(copy, tmp_path)


@pytest.mark.parametrize("index", ["", "[]", '{"weight_map": {}}', '{"weight_map": ["a"]}', '{"weight_map": {"a": 3}}'])
def test_a_damaged_index(copy: Path, tmp_path: Path, index: str) -> None:
    (copy / "model.safetensors").unlink()
    (copy / "model.safetensors.index.json").write_text(index)
    assert "index.json is damaged" in refused(copy, tmp_path)


def test_a_missing_shard(copy: Path, tmp_path: Path) -> None:
    AutoModel.from_pretrained(copy).save_pretrained(copy, max_shard_size="4KB")
    (copy / "model.safetensors").unlink()
    next(copy.glob("model-*.safetensors")).unlink()
    assert "is incomplete" in refused(copy, tmp_path)


def test_an_adapter_is_not_a_model(copy: Path, tmp_path: Path) -> None:
    (copy / "adapter_config.json").write_text('{"base_model_name_or_path": "org/other", "peft_type": "LORA"}')
    assert "merge it into that model" in refused(copy, tmp_path)


def test_pickled_weights_are_not_opened(copy: Path, tmp_path: Path) -> None:
    torch.save(AutoModel.from_pretrained(copy).state_dict(), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    assert "only as pickle (pytorch_model.bin)" in refused(copy, tmp_path)


# Weights, config.json and tokenizer that do not belong together


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("hidden_size", 32, "are not those that config.json describes"),
        ("num_hidden_layers", 4, r"are not those that config.json describes"),
        ("num_hidden_layers", 1, "have more layers than config.json says"),
        ("vocab_size", 9, "are not those that config.json describes"),
        ("max_position_embeddings", 32, "are not those that config.json describes"),
        ("max_position_embeddings", 0, "max_position_embeddings"),
        ("num_attention_heads", 3, "not a multiple of the number of attention heads"),
        ("chunk_size_feed_forward", 7, "cannot read a text"),
        ("layer_norm_eps", "x", "config.json"),
        ("architectures", 3, "architectures: input should be a list"),
        ("model_type", ["bert"], "model_type: input should be a valid string"),
    ],
)
def test_a_config_that_says_otherwise(copy: Path, tmp_path: Path, field: str, value: Any, words: str) -> None:
    rewrite(copy / "config.json", **{field: value})
    assert words in refused(copy, tmp_path)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers(copy: Path, tmp_path: Path, number: float) -> None:
    tensors(copy, lambda found: found["encoder.layer.1.output.dense.weight"].fill(number))
    assert "encoder.layer.1.output.dense.weight has numbers that are NaN or infinite" in refused(copy, tmp_path)


def test_huge_weights_are_numbers(copy: Path, tmp_path: Path) -> None:
    tensors(copy, lambda found: found["pooler.dense.weight"][0].fill(3e38))
    assert sources.load(str(copy), cache_dir=tmp_path / "cache").layers == 2


def test_weights_of_whole_numbers(copy: Path, tmp_path: Path) -> None:
    name = "embeddings.word_embeddings.weight"
    tensors(copy, lambda found: found.update({name: found[name].astype(np.int64)}))
    assert f"expected {name} in floating point, found I64" in refused(copy, tmp_path)


def test_a_weight_that_is_missing(copy: Path, tmp_path: Path) -> None:
    tensors(copy, lambda found: found.pop("encoder.layer.0.output.dense.weight"))
    assert "encoder.layer.0.output.dense.weight of that size are not there" in refused(copy, tmp_path)


def test_a_pooler_may_be_missing(copy: Path, tmp_path: Path) -> None:
    tensors(copy, lambda found: [found.pop(name) for name in ("pooler.dense.weight", "pooler.dense.bias")])
    assert sources.load(str(copy), cache_dir=tmp_path / "cache").layers == 2


def test_more_words_than_embeddings(copy: Path, tmp_path: Path) -> None:
    tensors(copy, lambda found: found.update(_fewer(found, 20)))
    rewrite(copy / "config.json", vocab_size=20)
    assert "the tokenizer has 33 tokens, the model has 20 embeddings" in refused(copy, tmp_path)


def _fewer(found: dict[str, Any], rows: int) -> dict[str, Any]:
    name = "embeddings.word_embeddings.weight"
    return {name: np.ascontiguousarray(found[name][:rows])}


def test_a_padding_token_that_has_no_embedding(copy: Path, tmp_path: Path) -> None:
    rewrite(copy / "tokenizer_config.json", pad_token="[NEW]")
    assert "do not belong together" in refused(copy, tmp_path)


def test_no_vocabulary(copy: Path, tmp_path: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copy / name).unlink()
    assert "no vocabulary" in refused(copy, tmp_path)


# What sentence-transformers writes beside a model


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("modules.json", '{"a": 1}', "input should be a"),
        ("modules.json", '[{"path": ""}]', "0.type: field required"),
        ("1_Pooling/config.json", '{"pooling_mode": 3}', "pooling_mode"),
        ("1_Pooling/config.json", '{"pooling_mode": []}', "asks for the pooling of no name"),
        ("1_Pooling/config.json", "", "is damaged"),
        ("sentence_bert_config.json", '{"max_seq_length": -1}', "max_seq_length"),
        ("sentence_bert_config.json", '{"max_seq_length": "many"}', "max_seq_length: input should be a valid integer"),
        ("config_sentence_transformers.json", '{"prompts": ["x"]}', "prompts"),
        ("config_sentence_transformers.json", '{"default_prompt_name": 3}', "default_prompt_name"),
        ("tokenizer_config.json", '{"model_max_length": "long"}', "model_max_length"),
    ],
)
def test_a_damaged_file_beside_it(copy: Path, tmp_path: Path, file: str, content: str, words: str) -> None:
    make_sentence(copy, {})
    (copy / file).write_text(content)
    said = refused(copy, tmp_path)
    assert words in said and Path(file).name.split(".")[0] in said + "config asks for the pooling"


def test_a_folder_in_the_place_of_a_file(copy: Path, tmp_path: Path) -> None:
    make_sentence(copy, {})
    (copy / "sentence_bert_config.json").mkdir()
    assert "expected a file" in refused(copy, tmp_path)


def test_keys_of_later_versions_do_no_harm(copy: Path, bert: Path, tmp_path: Path) -> None:
    make_sentence(copy, {"pooling_mode": "cls", "new_in_version_9": {"a": [1]}})
    assert sources.load(str(copy), cache_dir=tmp_path / "cache").pooling == "cls"


def test_a_folder_is_looked_at_once_until_a_file_changes(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def look(folder: Path, *_: bool) -> Seen:
        looked.append(folder)
        return Seen(stacked=True)

    monkeypatch.setattr("transferkit.sources.examination._read_texts", look)
    for _ in range(2):
        sources.load(str(copy), cache_dir=tmp_path / "cache")
    shutil.copy(save_bert(tmp_path / "other", seed=1) / "model.safetensors", copy)
    sources.load(str(copy), cache_dir=tmp_path / "cache")
    assert looked == [copy, copy]
