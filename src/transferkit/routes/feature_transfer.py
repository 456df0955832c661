"""Frozen encoder and new head: features of every layer, read once, and a linear head on the best of them."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator

from transferkit.config import Strict
from transferkit.predictors.frozen_features import FrozenFeatures, trimmed
from transferkit.routes import Context, Outcome
from transferkit.sources.facts import ENCODER_DECODER
from transferkit.sources.sentence import POOLINGS
from transferkit.tasks import Shape
from transferkit.training import shapes
from transferkit.training.classifier import labelled_examples
from transferkit.training.encoding import encode
from transferkit.training.examples import Examples
from transferkit.training.features import pooled_layers, word_layers
from transferkit.training.head import fit_head
from transferkit.training.inference import Floats

NAME = "feature_transfer"
_MOST_WORDS = 100_000


class Options(Strict):
    """The head needs no settings: it is chosen by cross-validation."""

    pooling: str | None = Field(
        None, description="mean, cls, max, lasttoken ... instead of the backbone's own way of pooling tokens"
    )

    @field_validator("pooling")
    @classmethod
    def _is_known(cls, pooling: str | None) -> str | None:
        if pooling and not set(pooling.split("+")) <= set(POOLINGS):
            raise ValueError(f"expected {', '.join(POOLINGS)}, or several of them joined by +")
        return pooling


def variants() -> Mapping[str, type[Strict]]:
    return {NAME: Options}


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    if context.backbone.architecture == ENCODER_DECODER:
        return f"half of {context.backbone.name}, its encoder, cannot be saved as a model of its own; use full"
    return None


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Depths and head strength are chosen by cross-validation on the labelled rows alone."""
    assert isinstance(options, Options)
    began = time.perf_counter()
    backbone = context.backbone
    pooling = options.pooling or backbone.pooling
    encoder, tokenizer = backbone.encoder(), backbone.tokenizer()
    of_words = context.task.shape is Shape.TAGS
    features, targets = (_of_words if of_words else _of_texts)(context, encoder, tokenizer, pooling)
    spent = time.perf_counter() - began
    # A word has one tag as a text has one label.
    kind = shapes.of(Shape.LABEL if of_words else context.task.shape)
    head, choice = fit_head(features, targets, kind, context.seed)
    total = features.shape[1] - 1
    predictor = FrozenFeatures(
        encoder=trimmed(encoder, choice.depths[-1]),
        tokenizer=tokenizer,
        pooling=pooling,
        depths=choice.depths,
        uses_output=choice.depths[-1] == total,
        head=head,
        labels=context.task.labels,
        max_length=context.max_length,
        prompt=backbone.prompt,
        windows=context.windows,
        shape=context.task.shape,
    )
    where = f"layer {choice.depths[0]} of {total}" if len(choice.depths) == 1 else f"{len(choice.depths)} of its depths"
    return Outcome(
        predictor=predictor,
        method=f"frozen {backbone.name}, {where}, linear head",
        trained_parameters=head.parameters,
        seconds=time.perf_counter() - began,
        settings={
            "pooling": pooling,
            "depths": choice.depths,
            "strength": choice.strength,
            "cross_validated": choice.quality,
            "feature_seconds": spent,
        },
    )


def _of_texts(context: Context, encoder: Any, tokenizer: Any, pooling: str) -> tuple[Floats, npt.NDArray[Any]]:
    """Features (rows, depths, width) and targets of the labelled rows."""
    backbone, rows = context.backbone, context.labelled
    targets = shapes.of(context.task.shape).targets(rows, context.task)
    read = context.read(rows, tokenizer, context.max_length, backbone.prompt)
    source = Examples(encode(read.rows, tokenizer, context.max_length, backbone.prompt), targets[read.owner])
    return read.averaged(pooled_layers(encoder, source, pooling, context.cache, backbone.sha256)), targets


def _of_words(context: Context, encoder: Any, tokenizer: Any, _pooling: str) -> tuple[Floats, npt.NDArray[Any]]:
    """Features (words, depths, width) and tags of the words of as many labelled rows as the head has use for."""
    backbone, rows = context.backbone, context.labelled
    order = np.random.default_rng(context.seed).permutation(len(rows))
    before = np.cumsum([0, *(rows["text"][i].count(" ") + 1 for i in order[:-1])])
    rows = rows.take(np.sort(order[before < _MOST_WORDS]))
    source = labelled_examples(rows, context.task, tokenizer, context.max_length, backbone.prompt)
    reader = word_layers(encoder, source, context.cache, backbone.sha256)
    assert source.encoded.words is not None
    tags = [source.labels[i, : len(words)][words >= 0] for i, words in enumerate(source.encoded.words)]
    return np.concatenate([reader[i] for i in range(len(reader))]), np.concatenate(tags)
