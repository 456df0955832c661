"""Gradients at the input embeddings: those of autograd, and of small changes, from as many threads as one likes."""

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import architectures
from tiny_models import WIDTH, Tiny, load, some_rows
from transferkit import answerers
from transferkit.encoding.examples import Examples
from transferkit.encoding.readers import Manner
from transferkit.errors import ConfigError
from transferkit.networks.head import Head
from transferkit.networks.inputs import at_words, inputs_of, logits_of
from transferkit.networks.scaling import last_map
from transferkit.networks.torch_engine import TorchEngine
from transferkit.networks.torch_features import TorchFeatures
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone

LABELS = ("O", "B-one", "I-one")
PROBLEMS = {
    Shape.LABEL: "single_label_classification",
    Shape.TAGS: "token_classification",
    Shape.SPAN: "question_answering",
}
ROWS = 4
# Which logit of every row: of a text's labels, of a word's tags, of a token's start and end.
CHOSEN = {
    Shape.LABEL: [(0,), (1,), (2,), (1,)],
    Shape.TAGS: [(0, 1), (1, 0), (2, 2), (1, 1)],
    Shape.SPAN: [(0, 1), (2, 0), (3, 1), (4, 0)],
}


def lines(shape: Shape, backbone: Backbone) -> Examples:
    rows = some_rows(ROWS, seed=2, pairs=shape is Shape.SPAN)
    return answerers.read(shape, rows, Manner(backbone.tokenizer(), 40)).examples


def classifier(shape: Shape, backbone: Backbone) -> Any:
    labels = ("start", "end") if shape is Shape.SPAN else LABELS
    torch.manual_seed(1)
    model = backbone.classifier(labels, PROBLEMS[shape])
    nn.init.normal_(last_map(model, len(labels)).weight)
    return model.eval()


@pytest.mark.parametrize("family", ["bert", "distilbert", "gpt2", "llama"])
@pytest.mark.parametrize("shape", CHOSEN)
def test_those_of_autograd(tiny: Tiny, shape: Shape, family: str) -> None:
    backbone = tiny(family)
    model, source = classifier(shape, backbone), lines(shape, backbone)
    batch = source.batch(range(ROWS))
    found = TorchEngine(model).gradients(batch, CHOSEN[shape])
    assert found.shape == (*batch["input_ids"].shape, WIDTH) and np.abs(found).max() > 1e-4
    for i, chosen in enumerate(CHOSEN[shape]):  # alone, since decoders look for padding among the ids
        row = source.batch([i])
        inputs = inputs_of(row, torch.device("cpu"))
        leaf = model.get_input_embeddings()(inputs.pop("input_ids")).detach().requires_grad_()
        logits = at_words(logits_of(model(inputs_embeds=leaf, **inputs)), row)
        (expected,) = torch.autograd.grad(logits[(0, *chosen)], [leaf])
        length = leaf.shape[1]
        np.testing.assert_allclose(found[i, :length], expected[0].numpy(), rtol=1e-3, atol=1e-4)
        assert not found[i, length:].any()


def frozen(shape: Shape, backbone: Backbone, uses_output: bool) -> tuple[TorchFeatures, Head]:
    random, labels = np.random.default_rng(5), 2 if shape is Shape.SPAN else 3
    sizes = ((2, WIDTH), (2 * WIDTH, labels), (labels,))
    head = Head(*(random.standard_normal(size).astype(np.float32) for size in sizes))
    return TorchFeatures(backbone.encoder().double(), "mean", (1, 3 if uses_output else 2), uses_output), head


def moved(engine: TorchFeatures, directions: torch.Tensor, step: float) -> TorchFeatures:
    """The engine with every token's embedding moved."""
    model = copy.deepcopy(engine.model)
    model.get_input_embeddings().weight.data += step * directions
    return replace(engine, model=model)


@pytest.mark.parametrize("family", ["bert", "gpt2"])
@pytest.mark.parametrize("shape", CHOSEN)
@pytest.mark.parametrize("uses_output", [False, True])
def test_those_of_small_changes(tiny: Tiny, shape: Shape, uses_output: bool, family: str) -> None:
    """Of frozen features and a head: what the engine itself says where all embeddings are moved a little."""
    backbone = tiny(family)
    (engine, head), source = frozen(shape, backbone, uses_output), lines(shape, backbone)
    batch = source.batch(range(ROWS))
    torch.manual_seed(3)
    directions = torch.randn_like(engine.model.get_input_embeddings().weight)

    def logits(step: float) -> float:
        found = dict(moved(engine, directions, step).run(source, range(ROWS), head.logits))
        return float(sum(found[i][chosen] for i, chosen in enumerate(CHOSEN[shape])))

    gradients = engine.gradients(batch, CHOSEN[shape], head)
    expected = float((gradients * directions[batch["input_ids"]].numpy()).sum())
    step = 1e-3
    assert (logits(step) - logits(-step)) / (2 * step) == pytest.approx(expected, rel=1e-2, abs=1e-2)
    assert abs(expected) > 0.1


def test_those_at_other_embeddings(tiny: Tiny) -> None:
    backbone = tiny("bert")
    (engine, head), source = frozen(Shape.LABEL, backbone, False), lines(Shape.LABEL, backbone)
    batch, chosen = source.batch(range(ROWS)), CHOSEN[Shape.LABEL]
    other = moved(engine, torch.linspace(-1, 1, WIDTH), 0.5)
    found = engine.gradients(batch, chosen, head, at=other.embeddings(batch))
    np.testing.assert_allclose(found, other.gradients(batch, chosen, head), rtol=1e-4, atol=1e-6)
    assert not np.allclose(found, engine.gradients(batch, chosen, head), atol=1e-4)


def test_from_many_threads_and_nothing_is_changed(tiny: Tiny) -> None:
    backbone = tiny("bert")
    engine, source = TorchEngine(classifier(Shape.LABEL, backbone)), lines(Shape.LABEL, backbone)
    batch = source.batch(range(ROWS))
    ask = partial(engine.gradients, batch)
    choices = [[(i % 3,)] * ROWS for i in range(24)]
    expected = [ask(chosen) for chosen in choices]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, choices))
    assert all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True))
    assert all(p.grad is None for p in engine.model.parameters())
    assert not any(module._forward_hooks for module in engine.model.modules())


def test_also_where_no_gradients_are_kept(tiny: Tiny) -> None:
    backbone = tiny("bert")
    engine, batch = TorchEngine(classifier(Shape.LABEL, backbone)), lines(Shape.LABEL, backbone).batch(range(ROWS))
    expected = engine.gradients(batch, CHOSEN[Shape.LABEL])
    with torch.no_grad():
        assert np.array_equal(engine.gradients(batch, CHOSEN[Shape.LABEL]), expected)


def test_a_model_of_letters_has_no_table(tmp_path: Path) -> None:
    backbone = load(architectures.save(tmp_path / "canine", "canine"))
    source = lines(Shape.LABEL, backbone)
    with pytest.raises(ConfigError, match="no table of embeddings"):
        TorchEngine(classifier(Shape.LABEL, backbone)).gradients(source.batch(range(ROWS)), CHOSEN[Shape.LABEL])
