"""Fine-tuning: the backbone with a task head, trained through one of the adapters."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from torch import nn
from transformers import set_seed

from transferkit import adapters
from transferkit.arrays import Floats
from transferkit.cache.features import pooled_when_needed, token_states
from transferkit.config import Strict
from transferkit.context import Context
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.networks.answers_only import AnswersOnly
from transferkit.networks.scaling import adjust_logits
from transferkit.networks.speed import multiplied
from transferkit.networks.torch_engine import TorchEngine
from transferkit.predictors.transformer import Transformer
from transferkit.routes import Cost, Outcome
from transferkit.shapes import Shape
from transferkit.sources.facts import ENCODER
from transferkit.training import objectives
from transferkit.training.classifier import Recipe, labelled_examples, train_classifier
from transferkit.training.learner import ONCE, Weighted
from transferkit.training.losses.next_token import NextToken
from transferkit.training.options import WRITING_EPOCHS, TrainingOptions
from transferkit.training.probing import MOST_ROWS, FirstTokens, probing_pays
from transferkit.training.validation import check_options
from transferkit.training.workload import NUMBER_BYTES, Workload, disk_of, fewest_epochs, memory_of, seconds_per_epoch
from transferkit.training.writing import train_writer

_PROBING_STEPS = 1_000  # forward and backward each count as one


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    assert isinstance(options, TrainingOptions)
    if context.task.shape.form.WRITTEN and context.why_no_text:
        return context.why_no_text
    check_options(variant, options, context.task)
    if not context.task.shape.form.WRITTEN:
        shape = context.task.shape
        if reason := context.backbone.why_no_head(shape, objectives.of(shape).PROBLEM_TYPE):
            return reason
    if reason := adapters.get(variant).why_not(options, context.backbone):
        return reason
    if context.task.shape is Shape.LABEL and len(context.train) < 2 * len(context.task.labels):
        return f"only {len(context.train)} labelled rows for {len(context.task.labels)} labels; use contrastive"
    return None


def cost(variant: str, context: Context, options: Strict, workload: Workload) -> Cost:
    """Epochs of forward and backward through the layers that learn, from the earliest stop to the last; before them
    one reading where layers below are run once, and another of at most 8,192 rows where a new head is fitted first."""
    assert isinstance(options, TrainingOptions)
    adapter, backbone = adapters.get(variant), context.backbone
    rows, writes = len(context.train), context.writes
    extent, usual_rate = adapter.extent(options, backbone), adapter.writing_rate if writes else adapter.default_rate
    epochs = float(options.epochs or (WRITING_EPOCHS if writes else adapter.default_epochs(rows)))
    before = workload.reading if extent.ahead else 0.0
    probing = _probing_seconds(context, options, epochs, workload)
    before += probing
    epoch = seconds_per_epoch(workload, extent)
    below = NUMBER_BYTES * workload.tokens * backbone.width if extent.ahead else 0
    if probing and _is_read_whole(context, bool(extent.ahead)):
        below += NUMBER_BYTES * rows * (backbone.layers + 2) * backbone.width
    return Cost(
        shortest=before + fewest_epochs(options, epochs, workload) * epoch,
        longest=before + epochs * epoch,
        answering=workload.speed.forward,
        memory=memory_of(options, context.task.shape, backbone, extent, workload),
        disk=disk_of(backbone, extent) + below,
        settings={"epochs": epochs, "learning_rate": options.learning_rate or usual_rate(backbone.parameters)},
    )


def _probing_seconds(context: Context, options: TrainingOptions, epochs: float, workload: Workload) -> float:
    """Seconds to fit a new head, where it is: one reading, and some hundred products of all rows with its weights."""
    task, backbone, rows = context.task, context.backbone, len(context.train)
    steps = epochs * rows / options.settled(task.shape).batch_size
    if not probing_pays(task.shape, len(task.labels), steps):
        return 0.0
    read, forward = min(rows, MOST_ROWS), workload.speed.forward
    per_product = forward / multiplied(backbone)
    products = _PROBING_STEPS * read * backbone.width * len(task.labels)
    return forward * workload.train * read / rows + per_product * products


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Train, keep the best epoch on validation; where answers are labels or numbers, fit them on validation."""
    assert isinstance(options, TrainingOptions)
    learn = _written if context.task.shape.form.WRITTEN else _classified
    return learn(variant, context, options.settled(context.task.shape))


def _classified(variant: str, context: Context, options: TrainingOptions) -> Outcome:
    began = time.perf_counter()
    adapter, backbone, task = adapters.get(variant), context.backbone, context.task
    kind = objectives.of(task.shape)
    tokenizer = backbone.tokenizer()
    parts = [
        context.read(rows, tokenizer, context.max_length, backbone.prompt).rows
        for rows in (context.train, context.validation)
    ]
    reading, of_words = context.reading(tokenizer), context.of_words(tokenizer)
    learn, check = (
        labelled_examples(rows, task, tokenizer, context.max_length, backbone.prompt, reading, of_words)
        for rows in parts
    )
    set_seed(context.seed)
    model = backbone.classifier(task.labels, kind.PROBLEM_TYPE)
    adapted = adapter.adapt(model, options)
    targets, back = kind.in_training(learn.labels)
    learn = replace(learn, labels=targets)
    recipe = Recipe(
        options=options,
        epochs=options.epochs or adapter.default_epochs(len(learn)),
        learning_rate=options.learning_rate or adapter.default_rate(backbone.parameters),
        seed=context.seed,
        folder=context.folder,
        title=f"{context.title or variant}: fine-tuning",
        back=back,
        new_head=True,
        first_tokens=_first_tokens(context, learn) if _is_read_whole(context, adapted.cached_depth > 0) else None,
    )
    losses = [Weighted(kind.hard_loss(targets, options, len(task.labels), learn.weights), ONCE)]
    if adapted.cached_depth:
        learn, check = (_with_prefix(context, model, adapted.cached_depth, examples) for examples in (learn, check))
    prepared = time.perf_counter() - began
    trained = train_classifier(adapted.model, losses, learn, check, task, recipe)
    finished = adapted.finish().eval()
    predictor = Transformer(
        TorchEngine(finished),
        tokenizer,
        task.labels,
        context.max_length,
        backbone.prompt,
        partial(adapted.save_extra, base=backbone.address),
        windows=context.windows,
        shape=task.shape,
        closed=reading.closed,
        longest=reading.longest,
        of_words=of_words,
    )
    total = back
    if task.shape.form.OF_CONTEXTS:
        predictor = replace(predictor, threshold=context.threshold(predictor.merged))
    elif len(check):
        own = back.of(predictor.merged(context.validation))
        total = kind.adjusted(own, kind.targets(context.validation, task)).after(back)
    predictor = replace(predictor, rest=adjust_logits(finished, total, len(task.labels)), prior=total.prior)
    return Outcome(
        predictor=predictor,
        method=f"fine-tuned {backbone.name}: {variant.replace('_', ' ')}",
        trained_parameters=trained.trained_parameters,
        seconds=prepared + trained.seconds,
        settings={**options.model_dump(), "epochs": recipe.epochs, "learning_rate": recipe.learning_rate},
        history=trained.history,
        notes=trained.notes,
    )


def _is_read_whole(context: Context, below_is_cached: bool) -> bool:
    """Whether a new head is fitted to the features of every training row, which other routes may have read, or read
    after it: not where the layers above a cached prefix take less time, nor where not all rows are read for it."""
    few = len(context.train) <= MOST_ROWS
    return few and not below_is_cached and context.task.shape.whole and context.backbone.architecture == ENCODER


def _first_tokens(context: Context, learn: Examples) -> FirstTokens:
    """The states of first tokens, read with the features of all depths that `feature_transfer` learns from."""
    backbone = context.backbone

    def read() -> Callable[[int], Floats]:
        source = Examples(learn.encoded, np.full(len(learn), UNLABELLED))
        name, cache = backbone.cache_key, context.cache
        features = pooled_when_needed(backbone.encoder, source, backbone.pooling, cache, name)
        return lambda position: features.first_token(position)[: backbone.width]

    return read


def _written(variant: str, context: Context, options: TrainingOptions) -> Outcome:
    began = time.perf_counter()
    adapter, backbone = adapters.get(variant), context.backbone
    set_seed(context.seed)
    model: Any = backbone.generator()
    tokenizer = backbone.tokenizer()
    predictor = context.writer(model, tokenizer)
    learn, check = (predictor.examples(rows, context.task) for rows in (context.train, context.validation))
    head = model.get_output_embeddings()
    adapted = adapter.adapt(model, options)
    learner = AnswersOnly(adapted.model, head)
    recipe = Recipe(
        options=options,
        epochs=options.epochs or WRITING_EPOCHS,
        learning_rate=options.learning_rate or adapter.writing_rate(backbone.parameters),
        seed=context.seed,
        folder=context.folder,
        title=f"{context.title or variant}: fine-tuning",
    )
    if adapted.cached_depth:
        learn, check = (_with_prefix(context, model, adapted.cached_depth, examples) for examples in (learn, check))
    prepared = time.perf_counter() - began
    trained = train_writer(learner, [Weighted(NextToken(options.label_smoothing), ONCE)], learn, check, recipe)
    return Outcome(
        predictor=replace(
            predictor, model=adapted.finish().eval(), save_extra=partial(adapted.save_extra, base=backbone.address)
        ),
        method=f"fine-tuned {backbone.name}: {variant.replace('_', ' ')}",
        trained_parameters=trained.trained_parameters,
        seconds=prepared + trained.seconds,
        settings={**options.model_dump(), "epochs": recipe.epochs, "learning_rate": recipe.learning_rate},
        history=trained.history,
        notes=trained.notes,
    )


def _with_prefix(context: Context, model: nn.Module, depth: int, examples: Examples) -> Examples:
    found = token_states(model, examples, [depth], context.cache, context.backbone.cache_key)
    return replace(examples, per_token={"activations": found[depth]})
