"""Training only the embeddings that occur is training all of them, as far as the others have no gradient."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from jobs import classifier, differing, examples_of, make_job, weights_of
from tiny_models import FAMILIES, Tiny, make_context
from transferkit import adapters, options, routes
from transferkit.config import RouteConfig
from transferkit.networks.vocabulary import SeenEmbedding, seen_alone
from transferkit.training.loop import train


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_weights_come_out(tiny: Tiny, tmp_path: Path, family: str) -> None:
    backbone = tiny(family)
    examples = examples_of(backbone)
    whole = make_job(backbone, tmp_path / "whole", weight_decay=0.0)
    train(whole)
    model: Any = classifier(backbone)
    table = model.get_input_embeddings()
    before = table.weight.detach().clone()
    with seen_alone(model, examples):
        learning = model.get_input_embeddings()
        assert isinstance(learning, SeenEmbedding) and len(learning.weight) < len(before)
        part = make_job(backbone, tmp_path / "part", model, weight_decay=0.0)
        train(part)
    assert model.get_input_embeddings() is table
    assert differing(weights_of(whole), weights_of(part), 1e-6) == []
    seen = set(examples.encoded.ids.distinct().tolist()) | {examples.encoded.pad_id}
    unseen = torch.tensor([i for i in range(len(before)) if i not in seen])
    after = table.weight.detach()
    assert len(unseen) and torch.equal(after[unseen], before[unseen])
    assert (after[sorted(seen)] != before[sorted(seen)]).any()


def test_a_table_shared_with_the_output_is_left_alone(tiny: Tiny) -> None:
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(tiny("gpt2").folder)
    table = model.get_input_embeddings()
    with seen_alone(model, examples_of(tiny("gpt2"))):
        assert model.get_input_embeddings() is table


@pytest.mark.parametrize("variant", ["lora", "top_layers"])
def test_a_table_that_does_not_learn_is_left_alone(tiny: Tiny, variant: str) -> None:
    backbone = tiny("bert")
    adapted = adapters.get(variant).adapt(classifier(backbone), options.get(variant).Options())
    model: Any = adapted.model
    with seen_alone(model, examples_of(backbone)):
        assert not any(isinstance(module, SeenEmbedding) for module in model.modules())


@pytest.mark.parametrize("name", ["full", "contrastive"])
def test_routes_that_learn_everything_leave_unseen_embeddings_alone(tiny: Tiny, tmp_path: Path, name: str) -> None:
    context = make_context(tiny("bert"), tmp_path)
    given = {"epochs": 2, "learning_rate": 1e-2}
    outcome = routes.resolve(RouteConfig(name=name, options=given)).run(context)
    holder: Any = outcome.predictor
    model = holder.model if name == "full" else holder.engine.model
    before = context.backbone.encoder().get_input_embeddings().weight
    table = model.get_input_embeddings()
    assert type(table) is nn.Embedding and table.weight.shape == before.shape
    changed = (table.weight != before).any(dim=1)
    assert 0 < int(changed.sum()) < len(before)
    assert outcome.trained_parameters < outcome.predictor.parameters
