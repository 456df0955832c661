"""For a handful of examples per label: pull texts of one label together, then put a head on them."""

import time

import numpy as np
from transformers import set_seed

from transferkit.config import Strict
from transferkit.context import Context
from transferkit.data import content, weights
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.embedder import Embedder
from transferkit.networks.inference import outputs
from transferkit.networks.layers import depth_of
from transferkit.networks.torch_features import TorchFeatures
from transferkit.networks.vocabulary import seen_alone
from transferkit.options.contrastive import Options
from transferkit.predictors.frozen_features import FrozenFeatures
from transferkit.routes import Cost, Outcome
from transferkit.shapes import Shape
from transferkit.sources.facts import ENCODER_DECODER
from transferkit.training import objectives, whole_model
from transferkit.training.calibration import scale_for_confidence
from transferkit.training.classifier import labelled_examples
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.loop import Training, train
from transferkit.training.losses.contrast import Contrast
from transferkit.training.ridge_head import fit_head
from transferkit.training.workload import Extent, Workload, disk_of, memory_of, seconds_per_epoch

_MANY_ROWS = 5_000
_RATE = 1e-4
_STEPS = 60


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    if context.backbone.architecture == ENCODER_DECODER and not context.task.shape.form.WRITTEN:
        return context.why_no_half
    if context.task.shape is not Shape.LABEL:
        return f"pairs of one label need one label per row, {context.task.name} has {context.task.shape.value}"
    if len(context.labelled) > _MANY_ROWS:
        return f"{len(context.labelled)} labelled rows are plenty; use full, which learns from labels directly"
    return None


def cost(variant: str, context: Context, options: Strict, workload: Workload) -> Cost:
    """Between a fifth of one reading of the rows and a fine-tuning of every weight after one."""
    assert isinstance(options, Options)
    backbone, whole = context.backbone, Extent()
    epochs = options.epochs or whole_model.epochs(len(context.train))
    return Cost(
        shortest=0.2 * workload.reading,
        longest=workload.reading + epochs * seconds_per_epoch(workload, whole),
        answering=workload.speed.forward,
        memory=memory_of(options, context.task.shape, backbone, whole, workload),
        disk=disk_of(backbone, whole),
        again=1.0,
        note="its cost depends on its number of pairs; the range is wide",
    )


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Train the encoder on pairs of labelled rows, then choose the head by cross-validation on them."""
    assert isinstance(options, Options)
    options = options.settled(context.task.shape)
    began = time.perf_counter()
    backbone, rows = context.backbone, context.labelled
    tokenizer = backbone.tokenizer()
    read = context.read(rows, tokenizer, context.max_length, backbone.prompt)
    examples = labelled_examples(read.rows, context.task, tokenizer, context.max_length, backbone.prompt)
    kind = objectives.of(context.task.shape)
    labels, groups = kind.targets(rows, context.task), content.groups(rows, context.task)
    own = weights.of(rows)
    set_seed(context.seed)
    embedder = Embedder(backbone.encoder(), backbone.pooling)
    frozen = read.averaged(outputs(embedder, examples))[:, None]
    epochs = options.epochs or max(1.0, round(_STEPS / np.ceil(len(rows) / options.batch_size)))
    rate = options.learning_rate or _RATE
    with seen_alone(embedder.encoder, examples):
        trained = train(
            Training(
                learner=Learner(embedder, [Weighted(Contrast(), ONCE)]),
                source=examples,
                options=options,
                epochs=epochs,
                learning_rate=rate,
                folder=context.folder,
                seed=context.seed,
                title=f"{context.title or variant}: learning from pairs",
            )
        )
    features = read.averaged(outputs(embedder, examples))[:, None]
    head, choice = fit_head(features, labels, kind, context.seed, groups, own)
    # The encoder has seen every labelled row, so none is left to calibrate on: what to expect lies between
    # what the frozen encoder reaches out of fold and certainty.
    _, before = fit_head(frozen, labels, kind, context.seed, groups, own)
    head = head.adjusted(Adjustment(scale_for_confidence(head.logits(features), (1 + before.quality) / 2)))
    predictor = FrozenFeatures(
        engine=TorchFeatures(embedder.encoder.eval(), backbone.pooling, (depth_of(embedder.encoder),), True),
        tokenizer=tokenizer,
        head=head,
        labels=context.task.labels,
        max_length=context.max_length,
        prompt=backbone.prompt,
        windows=context.windows,
    )
    return Outcome(
        predictor=predictor,
        method=f"{backbone.name} fine-tuned on pairs, linear head",
        trained_parameters=trained.trained_parameters + head.parameters,
        seconds=time.perf_counter() - began,
        settings={**options.model_dump(), "epochs": epochs, "learning_rate": rate, "strength": choice.strength},
        history=trained.history,
        notes=trained.notes,
        learned_all=True,
    )
