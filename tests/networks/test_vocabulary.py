"""Training only the embeddings that occur is training all of them, as far as the others have no gradient."""

from pathlib import Path

import pytest
import torch
from torch import nn

from jobs import classifier, differing, examples_of, make_job, weights_of
from tiny_models import FAMILIES, Tiny
from transferkit import adapters, options
from transferkit.networks.vocabulary import SeenEmbedding, restore, shrink
from transferkit.training.loop import train


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_weights_come_out(tiny: Tiny, tmp_path: Path, family: str) -> None:
    backbone = tiny(family)
    seen = torch.unique(torch.cat([torch.from_numpy(ids) for ids in examples_of(backbone).encoded.ids]))
    seen = torch.unique(torch.cat([seen, torch.tensor([1, 2])]))
    whole = make_job(backbone, tmp_path / "whole", weight_decay=0.0)
    train(whole)
    model = classifier(backbone)
    before = model.get_input_embeddings().weight.detach().clone()
    table = shrink(model, seen)
    assert table is not None and isinstance(model.get_input_embeddings(), SeenEmbedding)
    part = make_job(backbone, tmp_path / "part", model, weight_decay=0.0)
    train(part)
    restore(model, table)
    assert differing(weights_of(whole), weights_of(part), 1e-6) == []
    after = model.get_input_embeddings().weight.detach()
    unseen = torch.tensor([i for i in range(len(before)) if i not in set(seen.tolist())])
    assert len(unseen) and torch.equal(after[unseen], before[unseen])
    assert (after[seen] != before[seen]).any()


def test_a_table_shared_with_the_output_is_left_alone(tiny: Tiny) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny("gpt2").folder)
    table = model.get_input_embeddings()
    assert shrink(model, torch.tensor([1, 2])) is None and model.get_input_embeddings() is table


def test_full_uses_it_and_gives_the_plain_model_back(tiny: Tiny) -> None:
    model = classifier(tiny("bert"))
    total = sum(p.numel() for p in model.parameters())
    adapter = adapters.get("full")
    adapted = adapter.adapt(model, options.get("full").Options(), [1, 2, 7, 8])
    assert sum(p.numel() for p in adapted.model.parameters()) < total
    finished = adapted.finish()
    assert type(finished.get_input_embeddings()) is nn.Embedding
    assert sum(p.numel() for p in finished.parameters()) == total
