"""A folder with an adapter alone is merged into the model that it names, as PEFT would merge it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification

from sources.tiny_sources import save_bert, save_gpt2
from transferkit import sources
from transferkit.errors import SourceError

peft = pytest.importorskip("peft")
IDS = torch.tensor([[2, 7, 9, 11, 3]])


def states(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model.eval().base_model(input_ids=IDS).last_hidden_state
    return found


def adapted(kind: Any, base: Path, folder: Path, task: str, **settings: Any) -> torch.Tensor:
    """Save an adapter whose every update counts; gives the states of the model with it, merged by PEFT."""
    torch.manual_seed(3)
    model = peft.get_peft_model(kind.from_pretrained(base), peft.LoraConfig(task_type=task, r=2, **settings))
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data.normal_(std=0.3)
    model.save_pretrained(folder)
    return states(model.merge_and_unload())


def loaded(folder: Path, cache: Path) -> Any:
    return sources.load(str(folder), cache_dir=cache, offline=True)


@pytest.mark.parametrize(
    "settings",
    [
        {"target_modules": "all-linear", "lora_alpha": 5},
        {"target_modules": "all-linear", "lora_alpha": 5, "use_rslora": True},
        {"target_modules": ["query", "word_embeddings"]},
        {"target_modules": ["query", "value"], "alpha_pattern": {"value": 9}, "rank_pattern": {"value": 3}},
        {"target_modules": ["query"], "bias": "all"},
    ],
    ids=["every layer", "stabilised", "embeddings", "patterns", "biases"],
)
@pytest.mark.parametrize("kind", [AutoModel, AutoModelForSequenceClassification], ids=["body", "with a head"])
def test_of_an_encoder(tmp_path: Path, kind: Any, settings: dict[str, Any]) -> None:
    base, folder = save_bert(tmp_path / "bert"), tmp_path / "adapter"
    expected = adapted(kind, base, folder, "FEATURE_EXTRACTION" if kind is AutoModel else "SEQ_CLS", **settings)
    backbone = loaded(folder, tmp_path / "cache")
    assert torch.allclose(states(backbone.encoder()), expected, atol=1e-5)
    plain = loaded(base, tmp_path / "cache")
    assert not torch.allclose(states(plain.encoder()), expected, atol=1e-2)
    assert backbone.identity != plain.identity and backbone.name == str(folder)


def test_of_a_decoder_in_parts(tmp_path: Path) -> None:
    """GPT-2 keeps its matrices on their side."""
    base, folder = save_gpt2(tmp_path / "gpt2"), tmp_path / "adapter"
    expected = adapted(AutoModelForCausalLM, base, folder, "CAUSAL_LM", target_modules="all-linear")
    AutoModelForCausalLM.from_pretrained(base).save_pretrained(base, max_shard_size="8KB")
    (base / "model.safetensors").unlink()
    assert torch.allclose(states(loaded(folder, tmp_path / "cache").generator()), expected, atol=1e-5)


def test_a_base_beside_it_and_its_own_tokenizer(tmp_path: Path) -> None:
    base, folder = save_bert(tmp_path / "bert"), tmp_path / "adapter"
    adapted(AutoModel, base, folder, "FEATURE_EXTRACTION", target_modules=["query"])
    said = json.loads((folder / "adapter_config.json").read_text())
    shutil.copytree(base, folder / "base")
    (folder / "adapter_config.json").write_text(json.dumps({**said, "base_model_name_or_path": "base"}))
    shutil.copy(base / "tokenizer.json", folder)
    text = (base / "tokenizer_config.json").read_text()
    (folder / "tokenizer_config.json").write_text(json.dumps({**json.loads(text), "model_max_length": 17}))
    assert loaded(folder, tmp_path / "cache").max_length == 17


def test_it_is_merged_once_and_anew_where_it_changes(tmp_path: Path) -> None:
    base, folder, cache = save_bert(tmp_path / "bert"), tmp_path / "adapter", tmp_path / "cache"
    adapted(AutoModel, base, folder, "FEATURE_EXTRACTION", target_modules=["query"])
    first = loaded(folder, cache)
    assert loaded(folder, cache).folder == first.folder and first.folder.is_relative_to(cache)
    shutil.rmtree(folder)
    adapted(AutoModel, base, folder, "FEATURE_EXTRACTION", target_modules=["value"])
    assert loaded(folder, cache).folder != first.folder


def test_a_trained_output_layer_that_the_base_shares_is_refused(tmp_path: Path) -> None:
    base, folder = save_gpt2(tmp_path / "gpt2"), tmp_path / "adapter"
    settings = {"target_modules": ["c_attn"], "modules_to_save": ["lm_head"]}
    adapted(AutoModelForCausalLM, base, folder, "CAUSAL_LM", **settings)
    with pytest.raises(SourceError, match="which its model has not"):
        loaded(folder, tmp_path / "cache")


def test_half_of_one_is_refused(tmp_path: Path) -> None:
    base, folder = save_bert(tmp_path / "bert"), tmp_path / "adapter"
    adapted(AutoModel, base, folder, "FEATURE_EXTRACTION", target_modules=["query", "value"])
    tensors = load_file(folder / "adapter_model.safetensors")
    kept = {name: each for name, each in tensors.items() if "layer.1." not in name}
    save_file(kept, folder / "adapter_model.safetensors")
    with pytest.raises(
        SourceError, match=r"is not whole: .*encoder\.layer\.1\.attention\.self\.query, encoder\.layer\.1"
    ):
        loaded(folder, tmp_path / "cache")


def test_an_error_names_the_adapter_and_no_folder_of_the_cache(tmp_path: Path) -> None:
    base, folder = save_bert(tmp_path / "bert"), tmp_path / "adapter"
    adapted(AutoModel, base, folder, "FEATURE_EXTRACTION", target_modules=["query"])
    tensors = load_file(folder / "adapter_model.safetensors")
    save_file({name: each * torch.nan for name, each in tensors.items()}, folder / "adapter_model.safetensors")
    with pytest.raises(SourceError, match="NaN or infinite") as raised:
        loaded(folder, tmp_path / "cache")
    assert str(folder) in str(raised.value) and str(tmp_path / "cache") not in str(raised.value)
