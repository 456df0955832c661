"""A frozen prefix answered from the cache: the same logits and gradients, and exactly the right weights at rest."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from jobs import classifier, examples_of
from tiny_models import FAMILIES, Tiny
from transferkit import adapters, options
from transferkit.cache.features import token_states
from transferkit.cache.spaces import Cache
from transferkit.errors import ConfigError
from transferkit.networks.layers import find_layers, keep_layers
from transferkit.networks.prefix import SkippedPrefix, freeze_below

POSITIONS = [0, 5, 7, 11, 20]

# What learns above two frozen layers of three: beginnings of names.
ABOVE = {
    "bert": ("bert.encoder.layer.2.", "bert.pooler.", "classifier."),
    "mpnet": ("mpnet.encoder.layer.2.", "classifier."),
    "distilbert": ("distilbert.transformer.layer.2.", "pre_classifier.", "classifier."),
    "gpt2": ("transformer.h.2.", "transformer.ln_f.", "score."),
    "llama": ("model.layers.2.", "model.norm.", "score."),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_exactly_what_lies_above_learns(tiny: Tiny, family: str) -> None:
    model = classifier(tiny(family))
    freeze_below(model, 2)
    learns = {name for name, p in model.named_parameters() if p.requires_grad}
    assert learns == {name for name, _ in model.named_parameters() if name.startswith(ABOVE[family])}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("depth", [1, 2])
def test_the_cached_prefix_gives_the_same_logits_and_gradients(
    tiny: Tiny, tmp_path: Path, family: str, depth: int
) -> None:
    backbone = tiny(family, dropout=0.0)
    plain, source = classifier(backbone), examples_of(backbone)
    freeze_below(plain, depth)
    reader = token_states(plain, source, [depth], Cache(tmp_path), family)[depth]
    cached = replace(source, per_token={"activations": reader}).batch(POSITIONS)
    batch = source.batch(POSITIONS)
    skipping = SkippedPrefix(plain, depth)

    def learn(model: nn.Module, names: list[str], given: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        plain.zero_grad()
        logits = model(**{name: given[name] for name in names if name in given}).logits
        nn.functional.cross_entropy(logits, given["labels"]).backward()
        grads = {name: p.grad.clone() for name, p in plain.named_parameters() if p.grad is not None}
        return logits.detach(), grads

    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    expected, grads = learn(plain, inputs, batch)
    found, ours = learn(skipping, [*inputs, "activations"], cached)
    assert torch.allclose(found, expected, atol=1e-5)
    assert set(ours) == set(grads) == {name for name, p in plain.named_parameters() if p.requires_grad}
    assert all(torch.allclose(ours[name], grads[name], atol=1e-5) for name in grads)
    # And the prefix is whole again.
    assert torch.allclose(learn(plain, inputs, batch)[0], expected, atol=1e-6)


def test_the_prefix_is_not_computed(tiny: Tiny) -> None:
    model = classifier(tiny("bert"))
    with torch.no_grad():
        for p in find_layers(model)[0].parameters():
            p.fill_(torch.nan)
    batch = examples_of(tiny("bert")).batch(POSITIONS)
    logits = SkippedPrefix(model, 1)(
        batch["input_ids"], torch.zeros(*batch["input_ids"].shape, 32), batch["attention_mask"]
    ).logits
    assert logits.isfinite().all() and not model(batch["input_ids"]).logits.isfinite().any()


def test_more_layers_than_there_are(tiny: Tiny) -> None:
    adapter = adapters.get("top_layers")
    for layers in (3, 4):
        with pytest.raises(ConfigError, match="fewer than 3 layers"):
            adapter.adapt(classifier(tiny("bert")), options.get("top_layers").Options(layers=layers))
    assert adapter.adapt(classifier(tiny("bert")), options.get("top_layers").Options(layers=2)).cached_depth == 1
    assert adapter.adapt(classifier(tiny("bert")), options.get("top_layers").Options()).cached_depth == 2


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_with_fewer_layers_is_the_model_stopped_early(tiny: Tiny, family: str, tmp_path: Path) -> None:
    backbone = tiny(family)
    encoder, source = backbone.encoder(), examples_of(backbone)
    batch = {name: value for name, value in source.batch(POSITIONS).items() if name in ("input_ids", "attention_mask")}
    with torch.no_grad():
        expected = encoder(**batch, output_hidden_states=True).hidden_states
        keep_layers(encoder, [0, 1])
        found = encoder(**batch, output_hidden_states=True).hidden_states
    assert len(find_layers(encoder)) == 2 and encoder.config.num_hidden_layers == 2
    assert len(found) == 3 and torch.allclose(found[1], expected[1], atol=1e-6)
    encoder.save_pretrained(tmp_path)
    again = type(encoder).from_pretrained(tmp_path).eval()
    with torch.no_grad():
        assert torch.allclose(again(**batch).last_hidden_state, encoder(**batch).last_hidden_state, atol=1e-6)


def test_a_model_without_a_stack_is_one_sentence() -> None:
    with pytest.raises(ConfigError, match="Linear"):
        find_layers(nn.Linear(2, 2))
