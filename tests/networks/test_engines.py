"""What runs a model can be exchanged: a predictor gives the same answers through an engine of numpy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tiny_models import VOCABULARY, Tiny, some_rows
from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.engine import Engine, FeatureEngine
from transferkit.networks.head import Head
from transferkit.networks.torch_engine import TorchEngine
from transferkit.networks.torch_features import TorchFeatures
from transferkit.predictors import Predictor
from transferkit.predictors.frozen_features import FrozenFeatures
from transferkit.predictors.transformer import Transformer
from transferkit.shapes import Shape

TAGS, WIDTH = ("O", "B-one", "I-one"), 6


def labels_of(shape: Shape) -> tuple[str, ...]:
    return {Shape.VALUE: ("value",), Shape.SPAN: ("start", "end")}.get(shape, TAGS)


class Linear(nn.Module):
    """A table of embeddings and a linear head, on the mean of a text or on every token."""

    def __init__(self, labels: int, by_tokens: bool) -> None:
        super().__init__()
        self.embeddings, self.head = nn.Embedding(len(VOCABULARY), WIDTH), nn.Linear(WIDTH, labels)
        self.by_tokens = by_tokens

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_others: Tensor) -> Tensor:
        hidden = self.embeddings(input_ids)
        if not self.by_tokens:
            mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
            hidden = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        logits: Tensor = self.head(hidden)
        return logits


class Table(nn.Module):
    """An encoder that is nothing but its embeddings."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(len(VOCABULARY), WIDTH)

    def forward(self, input_ids: Tensor, **_others: Tensor) -> Any:
        return SimpleNamespace(last_hidden_state=self.embeddings(input_ids))


def told(states: Floats, source: Examples, position: int) -> Floats:
    """Of the states of a line's tokens those that are asked about: of its words, of its tokens, or their mean."""
    if source.encoded.words is not None:
        words = source.encoded.words[position]
        missing = words.reshape(-1, *[1] * (states.ndim - 1)) < 0
        return np.where(missing, np.nan, states[np.maximum(words, 0)]).astype(np.float32)
    return states if source.encoded.passages is not None else states.mean(axis=0)


@dataclass(frozen=True)
class NumpyEngine:
    """The weights of `Linear`."""

    model: tuple[Floats, Floats, Floats]

    @property
    def parameters(self) -> int:
        return sum(each.size for each in self.model)

    def run(self, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        table, weights, bias = self.model
        for i in reversed(positions):
            yield i, told(table[source.encoded.ids[i]], source, i) @ weights.T + bias


@dataclass(frozen=True)
class NumpyFeatures:
    """The weights of `Table`."""

    model: Floats
    pooling: str = "mean"
    depths: tuple[int, ...] = (0,)
    uses_output: bool = True

    @property
    def parameters(self) -> int:
        return int(self.model.size)

    def run(
        self, source: Examples, positions: Sequence[int], head: Callable[[Floats], Floats]
    ) -> Iterator[tuple[int, Floats]]:
        for i in reversed(positions):
            yield i, head(told(self.model[source.encoded.ids[i]][:, None], source, i)[None])[0]


def linear(shape: Shape) -> tuple[Engine, Engine]:
    model = Linear(len(labels_of(shape)), shape in (Shape.TAGS, Shape.SPAN))
    weights = (model.embeddings.weight, model.head.weight, model.head.bias)
    table, head, bias = (each.detach().numpy() for each in weights)
    return TorchEngine(model), NumpyEngine((table, head, bias))


def transformers(shape: Shape, windows: bool, tiny: Tiny) -> list[Predictor]:
    most = 24 if shape is Shape.SPAN else 9
    return [
        Transformer(
            engine,
            tiny("bert").tokenizer(),
            labels_of(shape),
            most,
            windows=windows,
            shape=shape,
            rest=Adjustment(1.0, 0.25),
        )
        for engine in linear(shape)
    ]


def frozen(shape: Shape, windows: bool, tiny: Tiny) -> list[Predictor]:
    random, encoder = np.random.default_rng(3), Table()
    weights = random.standard_normal((WIDTH, len(labels_of(shape)))).astype(np.float32)
    head = Head(np.zeros((1, WIDTH), dtype=np.float32), weights, np.zeros(weights.shape[1], dtype=np.float32))
    most = 24 if shape is Shape.SPAN else 9
    engines: list[FeatureEngine] = [
        TorchFeatures(encoder, "mean", (0,), True),
        NumpyFeatures(encoder.embeddings.weight.detach().numpy()),
    ]
    return [
        FrozenFeatures(engine, tiny("bert").tokenizer(), head, labels_of(shape), most, windows=windows, shape=shape)
        for engine in engines
    ]


@pytest.mark.parametrize("build", [transformers, frozen])
@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("pairs", [False, True])
@pytest.mark.parametrize("shape", [Shape.LABEL, Shape.LABELS, Shape.VALUE, Shape.TAGS, Shape.SPAN])
def test_another_engine_gives_the_same_answers(
    tiny: Tiny, build: Callable[..., list[Predictor]], windows: bool, pairs: bool, shape: Shape
) -> None:
    torch.manual_seed(7)
    ours, others = build(shape, windows, tiny)
    rows = some_rows(70, seed=3, pairs=pairs or shape is Shape.SPAN)
    found, expected = ours.predict(rows), others.predict(rows)
    if shape is Shape.SPAN:
        assert found.outputs["answer"].tolist() == expected.outputs["answer"].tolist()
        assert np.allclose(found.outputs["score"], expected.outputs["score"], atol=1e-6)
    else:
        assert np.allclose(found.outputs, expected.outputs, atol=1e-5, equal_nan=True)
    assert found.cut == expected.cut and len(found) == len(rows)
    assert ours.parameters == others.parameters
