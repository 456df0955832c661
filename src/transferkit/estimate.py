"""What a run would take, before it is started: memory and time per route, as ranges.

Cost model: the backbone's seconds per token, forward only (f) and forward with backward (b), are measured on a
few real rows on this machine. T are tokens after truncation, E epochs, s the share of layers that learn:

    feature_transfer           f * T(train + validation) + half of that for choosing the head
    full, lora, top_layers     E * (s * b * T(train) + f * T(validation)), s = 1 but for top_layers,
                               and f * T(8,192 rows) and some more where a new head is fitted first
    baseline, zero_shot        rows and labels times a constant
    judging any of them        f * T(what it is chosen by) + 2 * f * T(test) + some seconds to load, verify and time it

All of it comes once per seed; in a cross-validation of k parts, training comes 1 + seeds * (k - 1) times. The routes
that learn from validation rows too are trained twice to be compared, feature_transfer with features that are there.

Where texts are to be written, T are those of prompts and answers, and feature_transfer trains nothing, but every
example that it shows makes its prompts longer.

The low end takes three quarters of it and the earliest stop that `patience` allows, the high end half more.
Memory is weights, gradients and the two moments of Adam in float32, and the activations of a batch of the
longest rows: 17 values per unit of width, layer and token, and 2.5 per head and pair of tokens
(Korthikanti et al. 2022, section 4.1). Where texts are to be written, the logits of the longest answers, their
logarithms and their gradient come on top.

Of feature_transfer it is the weights, and what is more: a batch with its states at every depth and a shard of the
cache, or the sums and scores that the head is chosen by. Features stay on disk, however many there are.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from transferkit import adapters, flow, students
from transferkit.encoding.answered import answered_examples, longest_answer
from transferkit.encoding.encoded import Encoded, encode
from transferkit.encoding.prompting import frame
from transferkit.encoding.word_windows import encode_words
from transferkit.evaluation.results import Skipped
from transferkit.intake import Intake
from transferkit.networks.inference import batch_tokens, device_of
from transferkit.networks.inputs import inputs_of
from transferkit.routes import Plan
from transferkit.routes.feature_transfer import MOST_WORDS
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, Overview
from transferkit.training.options import WRITING_EPOCHS, TrainingOptions, usual_patience
from transferkit.training.probing import MOST_ROWS, probing_pays
from transferkit.training.ridge_head import fitting_bytes
from transferkit.transfer import Prepared

_PROBE_FLOPS = 5e11  # most that one batch may take
_TRAINING_TOKENS = 512
_PROBE_SECONDS, _TRIES = 2.0, 4
_BASE_BYTES = 600 * 2**20  # Python with torch and transformers
_SHARD_BYTES = 256 * 2**20  # that the cache gathers before it writes them
_JUDGING_SECONDS = 6.0
_BASELINE_SECONDS = 5e-5  # per row and label: 1 s for TREC's 4,357 rows of 6
_WIDTH_PER_HEAD = 64
_PROBING_STEPS = 1_000  # forward and backward each count as one
_LOW, _HIGH = 0.75, 1.5
_READ = ("input_ids", "attention_mask", "token_type_ids")
_UNTRAINED = ("baseline", "zero_shot")
_AGAIN = {"baseline": 1.0, "contrastive": 1.0, "feature_transfer": 0.3}


@dataclass(frozen=True)
class RouteEstimate:
    """Seconds from `low` to `high` and peak memory of one route, with its effective options."""

    title: str
    low: float
    high: float
    bytes: int
    options: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Estimate:
    """What would be trained, on what; `busy` says that other work slowed the measurement down."""

    overview: Overview
    model: str
    rows: str
    tokens: int
    max_length: int
    findings: tuple[Finding, ...]
    routes: tuple[RouteEstimate, ...]
    skipped: tuple[Skipped, ...]
    busy: bool


@dataclass(frozen=True)
class _Load:
    """The measured speed, the tokens of every split, and those of the longest row and answer to learn."""

    prepared: Prepared
    forward: float
    both: float
    tokens: Mapping[str, int]
    longest: int
    longest_target: int


def of_run(intake: Intake) -> Estimate:
    """Plan as `fit` would, time a batch, and train nothing."""
    prepared = flow.with_model(intake)
    plans, skipped = flow.applicable(prepared)
    splits, backbone = prepared.splits, prepared.backbone
    parts = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    tokenizer = backbone.tokenizer()
    encoded = {name: _encoded(rows, prepared, tokenizer) for name, rows in parts.items()}
    forward, both = seconds_per_token(backbone, encoded["train"])
    tokens = {name: int(found.lengths.sum()) for name, found in encoded.items()}
    train = encoded["train"]
    longest_target = max(map(len, train.answers or ()), default=0)
    load = _Load(prepared, forward, both, tokens, int(train.lengths.max()), longest_target)
    return Estimate(
        overview=splits.overview,
        model=backbone.name,
        rows=splits.words,
        tokens=sum(tokens.values()),
        max_length=prepared.max_length,
        findings=splits.audit.findings,
        routes=tuple(_route(plan, load) for plan in plans),
        skipped=tuple(skipped),
        busy=hasattr(os, "getloadavg") and os.getloadavg()[0] > torch.get_num_threads(),
    )


def _encoded(rows: Rows, prepared: Prepared, tokenizer: Any) -> Encoded:
    config, task, backbone = prepared.config, prepared.task, prepared.backbone
    if task.shape.form.OF_WORDS:
        return encode_words(rows, tokenizer, prepared.max_length, backbone.prompt)
    if not _written(prepared):
        return encode(rows, tokenizer, prepared.max_length, backbone.prompt)
    asked = frame(tokenizer, backbone.configuration(), task, config.instruction)
    longest = config.generation.max_new_tokens or longest_answer(prepared.splits.train, task, tokenizer, asked)
    return answered_examples(rows, task, tokenizer, asked, prepared.max_length, longest).encoded


def _written(prepared: Prepared) -> bool:
    return prepared.task.shape.form.WRITTEN and prepared.backbone.writes


def seconds_per_token(backbone: Backbone, rows: Encoded) -> tuple[float, float]:
    """Forward alone in batches as large as for reading features, and forward with backward in small ones."""
    encoder = backbone.encoder()
    where, weight = device_of(encoder), next(encoder.parameters())

    # A GPU has answered only when something of its answer was read.
    def forward(inputs: dict[str, Tensor]) -> None:
        with torch.inference_mode():
            encoder(**inputs).last_hidden_state[0, 0, 0].item()

    def both(inputs: dict[str, Tensor]) -> None:
        encoder(**inputs).last_hidden_state.mean().backward()
        if weight.grad is not None:
            weight.grad.flatten()[0].item()

    large, small = (inputs_of(_probe(backbone, rows, tokens), where) for tokens in (batch_tokens(), _TRAINING_TOKENS))
    forward(small)
    return _timed(forward, large), _timed(both, small)


def _probe(backbone: Backbone, rows: Encoded, tokens: int) -> dict[str, Tensor]:
    """About `tokens` tokens of rows of middling length, fewer for a large model."""
    middling = np.argsort(rows.lengths, kind="stable")[len(rows) // 2 :]
    affordable = _PROBE_FLOPS / (6 * _body(backbone))
    count = max(1, int(min(tokens, affordable) / max(1, rows.lengths[middling[0]])))
    batch = rows.batch(np.resize(middling[:count], count).tolist())
    return {name: batch[name] for name in _READ if name in batch}


def _timed(work: Callable[[dict[str, Tensor]], None], inputs: dict[str, Tensor]) -> float:
    """Seconds per token, the least of a few tries: other work on the machine only ever adds to it."""
    taken: list[float] = []
    while len(taken) < _TRIES and sum(taken) < _PROBE_SECONDS:
        began = time.perf_counter()
        work(inputs)
        taken.append(time.perf_counter() - began)
    return min(taken) / int(inputs["input_ids"].numel())


def _route(plan: Plan, load: _Load) -> RouteEstimate:
    seeds, trainings = load.prepared.config.seeds, _trainings(plan, load)
    forward = 0.0 if plan.variant == "baseline" else load.forward
    shown = getattr(plan.options, "examples", 0) if _written(load.prepared) else 0
    compared = load.tokens["validation"] + (load.tokens["train"] if load.prepared.splits.folds else 0)
    judging = seeds * forward * (1 + shown) * (compared + 2 * load.tokens["test"]) + seeds * _JUDGING_SECONDS
    shortest, longest, note = _training(plan, load)
    options, effective = plan.options.model_dump(), _effective(plan, load)
    plain = {name: field.default for name, field in type(plan.options).model_fields.items()}
    changed = {name: value for name, value in options.items() if value != plain[name]}
    return RouteEstimate(
        title=plan.title,
        low=_LOW * (trainings * shortest + judging),
        high=_HIGH * (trainings * longest + judging),
        bytes=_memory(plan, load),
        options=effective | changed,
        note=note,
    )


def _trainings(plan: Plan, load: _Load) -> float:
    """How often the route is trained, where a part of a training counts as one."""
    seeds, splits = load.prepared.config.seeds, load.prepared.splits
    if splits.folds:
        return 1 + seeds * (splits.folds - 1)
    apart = _AGAIN.get(plan.variant, 0.0) if len(splits.validation) and not _written(load.prepared) else 0.0
    return seeds * (1 + apart)


def _training(plan: Plan, load: _Load) -> tuple[float, float, str]:
    """Seconds of one training at the earliest stop and at the last, and what is doubtful about them."""
    tokens = load.tokens
    once = load.forward * (tokens["train"] + tokens["validation"])
    if plan.variant in _UNTRAINED or (plan.variant == "feature_transfer" and _written(load.prepared)):
        spent = _BASELINE_SECONDS * len(load.prepared.splits.train) * len(load.prepared.task.labels)
        return spent, spent, ""
    if plan.variant == "feature_transfer":
        return once, 1.5 * once, ""
    epoch = load.both * tokens["train"] * _share(plan, load.prepared.backbone) + load.forward * tokens["validation"]
    epochs = _epochs(plan, load)
    stops = tokens["validation"] and isinstance(plan.options, TrainingOptions)
    patience = getattr(plan.options, "patience", None) or usual_patience(epochs)
    first = min(epochs, patience + 1) if stops else epochs
    if plan.variant in adapters.names():
        assert isinstance(plan.options, TrainingOptions)
        prefix = once if plan.variant == "top_layers" else 0.0
        prefix += _probing(plan.options, epochs, load)
        return prefix + first * epoch, prefix + epochs * epoch, ""
    learner = "student" if plan.variant in students.names() else "number of pairs"
    return 0.2 * once, once + epochs * epoch, f"its cost depends on its {learner}; the range is wide"


def _probing(options: TrainingOptions, epochs: float, load: _Load) -> float:
    """Seconds to fit a new head, where it is: one reading, and some hundred products of all rows with its weights."""
    task, backbone, rows = load.prepared.task, load.prepared.backbone, len(load.prepared.splits.train)
    steps = epochs * rows / options.settled(task.shape).batch_size
    if not probing_pays(task.shape, len(task.labels), steps):
        return 0.0
    read = min(rows, MOST_ROWS)
    per_product = load.forward / _body(backbone)
    products = _PROBING_STEPS * read * backbone.width * len(task.labels)
    return load.forward * load.tokens["train"] * read / rows + per_product * products


def _share(plan: Plan, backbone: Backbone) -> float:
    """The share of layers that learn."""
    if plan.variant != "top_layers":
        return 1.0
    total = max(1, backbone.layers)
    return (getattr(plan.options, "layers", None) or max(1, total // 2)) / total


def _epochs(plan: Plan, load: _Load) -> float:
    asked = getattr(plan.options, "epochs", None) or (WRITING_EPOCHS if _written(load.prepared) else None)
    rows = len(load.prepared.splits.train)
    named = plan.variant if plan.variant in adapters.names() else "full"
    return float(asked or adapters.get(named).default_epochs(rows))


def _effective(plan: Plan, load: _Load) -> dict[str, Any]:
    if plan.variant not in adapters.names():
        return {}
    rate = getattr(plan.options, "learning_rate", None)
    adapter, weights = adapters.get(plan.variant), load.prepared.backbone.parameters
    rate = rate or (adapter.writing_rate if _written(load.prepared) else adapter.default_rate)(weights)
    return {"epochs": f"{_epochs(plan, load):g}", "learning_rate": f"{rate:.2g}"}


def _memory(plan: Plan, load: _Load) -> int:
    backbone = load.prepared.backbone
    if plan.variant == "baseline":
        return _BASE_BYTES
    weights = 4 * backbone.parameters
    if plan.variant == "feature_transfer" and not _written(load.prepared):
        return int(_BASE_BYTES + weights + _frozen_bytes(load))
    if not isinstance(plan.options, TrainingOptions):
        return _BASE_BYTES + 2 * weights
    share = 0.03 if plan.variant == "lora" else _share(plan, backbone)
    trained = plan.options.settled(load.prepared.task.shape)
    rows = max(1, trained.batch_size // trained.accumulation)
    scores = 2.5 * load.longest * backbone.width / _WIDTH_PER_HEAD
    layers = backbone.layers * (1.0 if plan.variant == "lora" else share)
    activations = 4 * rows * load.longest * layers * (17 * backbone.width + scores)
    logits = 3 * 4 * rows * load.longest_target * backbone.vocabulary
    return int(_BASE_BYTES + weights * (1 + 3 * share) + activations + logits)


def _frozen_bytes(load: _Load) -> int:
    """Of reading the features of every depth in batches, and then, or of fitting the head, whichever is more."""
    task, backbone = load.prepared.task, load.prepared.backbone
    depths, width, pooled = backbone.layers + 1, backbone.width, not task.shape.form.OF_TOKENS
    tokens = load.tokens["train"] + load.tokens["validation"]
    rows = len(load.prepared.splits.train) + len(load.prepared.splits.validation) if pooled else min(tokens, MOST_WORDS)
    kept = min(_SHARD_BYTES, 4 * rows * depths * width)
    scores = 2 * load.longest * width / _WIDTH_PER_HEAD
    batch = 4 * max(batch_tokens(), load.longest) * ((2 * depths + 8) * width + scores)
    targets = 2 if task.shape.form.OF_CONTEXTS else len(task.labels)
    return int(max(batch + 2 * kept, fitting_bytes(rows, depths, width, targets)))


def _body(backbone: Backbone) -> int:
    """Weights that every token is multiplied with."""
    return max(1, backbone.parameters - backbone.vocabulary * backbone.width)
