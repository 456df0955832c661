"""A model with layers left out comes nearer to the whole one, without any training."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
    OPTConfig,
    OPTForCausalLM,
)

from transferkit.encoding.examples import Examples
from transferkit.networks.bridging import bridge
from transferkit.networks.layers import keep_layers

SIZES: dict[str, Any] = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 6,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "initializer_range": 0.1,
}
MODELS = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SIZES)),
    "gpt2": lambda: GPT2LMHeadModel(
        GPT2Config(vocab_size=50, n_embd=16, n_layer=6, n_head=2, n_inner=32, initializer_range=0.1)
    ),
    "opt": lambda: OPTForCausalLM(
        OPTConfig(
            vocab_size=50,
            hidden_size=16,
            num_hidden_layers=6,
            num_attention_heads=2,
            ffn_dim=32,
            word_embed_proj_dim=16,
        )
    ),
    "mixtral": lambda: MixtralForCausalLM(MixtralConfig(**SIZES, num_key_value_heads=2, num_local_experts=2)),
    "gemma2": lambda: Gemma2ForCausalLM(Gemma2Config(**SIZES, num_key_value_heads=2, head_dim=8)),
}
KEPT = [0, 1, 4]


class Texts:
    """Random tokens of some lengths, as far as they are looked at here."""

    def __init__(self, count: int, seed: int) -> None:
        drawn = torch.Generator().manual_seed(seed)
        lengths = torch.randint(4, 12, (count,), generator=drawn)
        self.lengths = lengths.numpy()
        self.ids = torch.randint(2, 50, (count, 12), generator=drawn)
        self.mask = (torch.arange(12) < lengths[:, None]).long()

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        width = int(self.lengths[positions].max())
        return {"input_ids": self.ids[positions][:, :width], "attention_mask": self.mask[positions][:, :width]}


def texts(count: int, seed: int) -> Examples:
    return Texts(count, seed)  # type: ignore[return-value]


def divergence(student: Any, teacher: Any) -> float:
    batch = texts(30, seed=1).batch(list(range(30)))
    with torch.no_grad():
        ours, theirs = (model.eval()(**batch).logits.log_softmax(-1) for model in (student, teacher))
    each = (theirs.exp() * (theirs - ours)).sum(-1)
    return float(each[batch["attention_mask"].bool()].mean())


@pytest.mark.parametrize("kind", MODELS)
def test_nearer_to_the_whole_model_on_other_texts(kind: str) -> None:
    torch.manual_seed(0)
    teacher = MODELS[kind]()
    student = copy.deepcopy(teacher)
    keep_layers(student, KEPT)
    cut, before = divergence(student, teacher), copy.deepcopy(student.state_dict())
    whole = copy.deepcopy(teacher.state_dict())
    bridge(student, teacher, KEPT, texts(200, seed=0))
    assert all(torch.equal(value, whole[name]) for name, value in teacher.state_dict().items())
    changed = {name for name, value in student.state_dict().items() if not torch.equal(value, before[name])}
    layers = "model.layers.{}.mlp.down_proj.weight" if kind == "llama" else "transformer.h.{}.mlp.c_proj.weight"
    if kind in ("llama", "gpt2"):
        assert layers.format(1) in changed and changed <= {layers.format(1), layers.format(2)}  # no gap follows layer 0
        assert divergence(student, teacher) < 0.9 * cut
    else:  # what follows the last map may leave nothing to gain
        assert divergence(student, teacher) <= cut * 1.01


def test_without_gaps_nothing_changes() -> None:
    torch.manual_seed(0)
    teacher = MODELS["llama"]()
    student = copy.deepcopy(teacher)
    bridge(student, teacher, range(6), texts(50, seed=0))
    assert divergence(student, teacher) < 1e-6
