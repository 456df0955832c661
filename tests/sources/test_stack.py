"""Whether layers can be told apart is found out without leaving a trace."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import AlbertConfig, AutoModel, BertConfig, CanineConfig, FunnelConfig, FunnelModel, XLNetConfig

from sources.tiny_sources import save_bert
from transferkit.sources import load_model, stack

SIZE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 20}
CONFIGS: dict[str, tuple[Any, bool]] = {
    "bert": (BertConfig(vocab_size=40, **SIZE), True),
    "albert": (AlbertConfig(vocab_size=40, embedding_size=8, **SIZE), False),
    "albert without sharing": (AlbertConfig(vocab_size=40, embedding_size=8, num_hidden_groups=2, **SIZE), True),
    "canine": (CanineConfig(num_hash_buckets=32, num_hash_functions=4, local_transformer_stride=16, **SIZE), False),
    "xlnet": (XLNetConfig(vocab_size=40, d_model=16, n_layer=2, n_head=2, d_inner=20), False),
    "funnel": (FunnelConfig(vocab_size=40, d_model=16, d_head=8, n_head=2, d_inner=20, block_sizes=[1, 1]), False),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_which_have_one(name: str) -> None:
    config, expected = CONFIGS[name]
    model = FunnelModel(config) if name == "funnel" else AutoModel.from_config(config)
    found = stack.find(model)
    assert (found is not None) == expected
    assert found is None or len(found) == 2


def test_it_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "_tried", {})
    model: Any = load_model.encoder(save_bert(tmp_path / "bert"), False)
    model.train()
    model.pooler.eval()
    before = torch.get_rng_state()
    assert stack.find(model) is not None and len(stack._tried) == 1
    assert torch.equal(torch.get_rng_state(), before)
    assert model.training and not model.pooler.training and model.encoder.layer[0].training
    assert not any(module._forward_hooks for module in model.modules())


def test_what_has_no_configuration_has_none() -> None:
    assert stack.find(nn.Linear(2, 2)) is None
