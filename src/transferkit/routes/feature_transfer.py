"""Frozen encoder and new head: features of every layer, read once, and a linear head on the best of them."""

import time
from collections.abc import Mapping

import numpy as np
from pydantic import Field, field_validator

from transferkit.config import Strict
from transferkit.predictors.frozen_features import FrozenFeatures, trimmed
from transferkit.routes import Context, Outcome
from transferkit.sources.facts import ENCODER_DECODER
from transferkit.sources.sentence import POOLINGS
from transferkit.training.encoding import encode
from transferkit.training.examples import Examples
from transferkit.training.features import pooled_layers
from transferkit.training.head import fit_head

NAME = "feature_transfer"


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
    backbone, rows = context.backbone, context.labelled
    pooling = options.pooling or backbone.pooling
    encoder, tokenizer = backbone.encoder(), backbone.tokenizer()
    labels = np.asarray(context.task.references(rows), dtype=np.int64)
    read = context.read(rows, tokenizer, context.max_length, backbone.prompt)
    source = Examples(encode(read.rows, tokenizer, context.max_length, backbone.prompt), labels[read.owner])
    features = pooled_layers(encoder, source, pooling, context.cache, backbone.sha256)
    features = read.averaged(features)
    spent = time.perf_counter() - began
    head, choice = fit_head(features, labels, len(context.task.labels), context.seed)
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
            "cross_validated_accuracy": choice.accuracy,
            "feature_seconds": spent,
        },
    )
