"""What several routes want to know of a frozen model is read once, and is the same whoever read it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tiny_models import Tiny, make_context
from transferkit import routes
from transferkit.cache import features
from transferkit.cache.spaces import Cache
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.networks.first_token import behind_first_token, starts_from_first_token
from transferkit.networks.inference import outputs
from transferkit.routes import Outcome
from transferkit.sources.backbone import Backbone
from transferkit.training import probing
from transferkit.training.classifier import labelled_examples

OPTIONS: dict[str, dict[str, Any]] = {"feature_transfer": {}, "full": {"epochs": 1}, "lora": {"epochs": 1}}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of every pass through the frozen model, in the order in which they are read."""
    found: list[int] = []

    def spied(model: nn.Module, source: Examples, positions: Sequence[int], forward: Any) -> Iterator[Any]:
        found.append(len(positions))
        yield from real(model, source, positions, forward)

    real = features.batches
    monkeypatch.setattr(features, "batches", spied)
    monkeypatch.setattr(probing, "batches", spied)
    return found


def run(name: str, context: Context, folder: Path) -> Outcome:
    route = routes.resolve(RouteConfig(name=name, options=OPTIONS[name]))
    return route.run(replace(context, folder=folder / name))


def different(context: Context) -> tuple[int, int]:
    """Texts to learn from, and those and the validation rows together, each text once."""
    return len({*context.train["text"]}), len({*context.labelled["text"]})


@pytest.mark.parametrize("family", ["bert", "mpnet", "distilbert"])
def test_a_new_head_starts_from_what_feature_transfer_reads(
    tiny: Tiny, tmp_path: Path, read: list[int], family: str
) -> None:
    context = make_context(tiny(family), tmp_path)
    learned, labelled = different(context)
    run("feature_transfer", context, tmp_path)
    assert sum(read) == labelled
    run("full", context, tmp_path)
    run("lora", context, tmp_path)
    assert sum(read) == labelled
    read.clear()
    other = replace(context, cache=Cache(tmp_path / "other"))
    run("full", other, tmp_path / "again")
    assert sum(read) == learned
    run("feature_transfer", other, tmp_path / "again")
    assert sum(read) == labelled


def test_whichever_comes_first_both_end_with_the_same_bits(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where batches of other texts show in them."""
    heads, weights, real = [], [], features._every_depth

    def by_batch(load: Any, source: Any, reads: Any, space: Any, ahead: int = 0) -> Any:
        def marked(states: Any, top: Any, batch: Any) -> Any:
            return reads([hidden * (1 + 1e-3 * len(top)) for hidden in states], top * (1 + 1e-3 * len(top)), batch)

        return real(load, source, marked, space, ahead)

    monkeypatch.setattr(features, "_every_depth", by_batch)
    for order in (["feature_transfer", "full"], ["full", "feature_transfer"]):
        context = make_context(tiny("bert"), tmp_path, cache=Cache(tmp_path / order[0]))
        found = {name: run(name, context, tmp_path / order[0]) for name in order}
        predictors: dict[str, Any] = {name: outcome.predictor for name, outcome in found.items()}
        heads.append(predictors["feature_transfer"].head)
        weights.append(predictors["full"].engine.model.state_dict())
    assert all(np.array_equal(getattr(heads[0], part), getattr(heads[1], part)) for part in ("weights", "bias"))
    assert all(torch.equal(values, weights[1][name]) for name, values in weights[0].items())


def made(backbone: Backbone, folder: Path) -> tuple[nn.Module, Examples]:
    torch.manual_seed(0)
    context = make_context(backbone, folder)
    model = backbone.classifier(context.task.labels)
    return model, labelled_examples(context.train, context.task, backbone.tokenizer(), 16, backbone.prompt)


@pytest.mark.parametrize("family", ["bert", "mpnet", "distilbert"])
def test_the_state_of_the_first_token_is_all_that_such_a_head_needs(tiny: Tiny, tmp_path: Path, family: str) -> None:
    backbone = tiny(family)
    model, learn = made(backbone, tmp_path)
    assert starts_from_first_token(model, learn)
    source = Examples(learn.encoded, np.full(len(learn), UNLABELLED))
    found = features.pooled_layers(backbone.encoder(), source, "mean+cls", Cache(tmp_path / "cache"), "a")
    states = np.stack([found.first_token(i)[: backbone.width] for i in range(len(learn))])
    assert np.allclose(
        behind_first_token(model, learn, range(len(learn)), states), outputs(model, learn), rtol=1e-3, atol=1e-5
    )


def test_a_head_that_reads_other_tokens_is_told_apart(tiny: Tiny, tmp_path: Path) -> None:
    assert not starts_from_first_token(*made(tiny("gpt2"), tmp_path))
