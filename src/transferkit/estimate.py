"""What a run would take, before it is started: memory and time per route, as ranges.

A few real rows are run on this machine (`networks.speed`), all rows are counted in tokens after truncation, and every
route says what it makes of both (`Plan.cost`). It is trained once per seed, in a cross-validation of k parts
1 + seeds * (k - 1) times, and where it learns from validation rows too once more for each, to be compared. Judging it
takes the time to answer the rows that it is chosen by once and the test rows twice, and some seconds to load, verify
and time it.

The low end takes three quarters of the earliest stop, the high end half more than the last.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from transferkit import planning
from transferkit.artifact.run_folder import RunFolder
from transferkit.encoding.answered import answered_examples, longest_answer
from transferkit.encoding.encoded import Encoded, encode
from transferkit.encoding.once import tokenised_once
from transferkit.encoding.prompting import frame
from transferkit.encoding.word_windows import encode_words
from transferkit.evaluation.results import Skipped
from transferkit.intake import Intake
from transferkit.networks import speed
from transferkit.planning import Prepared, context_of
from transferkit.routes import Cost, Plan
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, Overview, Splits
from transferkit.training.workload import Workload

_JUDGING_SECONDS = 6.0
_LOW, _HIGH = 0.75, 1.5


@dataclass(frozen=True)
class RouteEstimate:
    """Seconds from `low` to `high` of one route, judging it included, its peak memory and the most that it needs on
    disk, both in bytes, with its effective options."""

    title: str
    low: float
    high: float
    bytes: int
    disk: int
    options: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True)
class ModelEstimate:
    """A model, how many tokens of a row it reads, and the tokens of all rows in its eyes."""

    name: str
    max_length: int
    tokens: int


@dataclass(frozen=True)
class Estimate:
    """What would be trained, on what; `busy` says that other work slowed the measurement down."""

    overview: Overview
    splits: Splits
    models: tuple[ModelEstimate, ...]
    findings: tuple[Finding, ...]
    routes: tuple[RouteEstimate, ...]
    skipped: tuple[Skipped, ...]
    busy: bool


@dataclass(frozen=True)
class Measured:
    """What routes are to learn from, and the tokens of the test rows, of which they know nothing."""

    workload: Workload
    test: int

    @property
    def tokens(self) -> int:
        """Of all rows."""
        return self.workload.tokens + self.test


@tokenised_once()
def of_run(intake: Intake) -> Estimate:
    """Plan as `fit` would, time a batch, and train nothing."""
    prepared = planning.with_model(intake)
    plans, skipped = planning.applicable(prepared)
    there = {name: measured(prepared, name) for name in prepared.backbones}
    return Estimate(
        overview=prepared.splits.overview,
        splits=prepared.splits,
        models=tuple(
            ModelEstimate(name, prepared.max_lengths[name], measurement.tokens) for name, measurement in there.items()
        ),
        findings=prepared.splits.audit.findings,
        routes=tuple(of_routes(prepared, plans, there)),
        skipped=tuple(skipped),
        busy=hasattr(os, "getloadavg") and os.getloadavg()[0] > torch.get_num_threads(),
    )


def measured(prepared: Prepared, model: str) -> Measured:
    """Count the tokens that `model` makes of all rows, and time a batch of them."""
    splits = prepared.splits
    train, validation, test = (
        _encoded(rows, prepared, model) for rows in (splits.train, splits.validation, splits.test)
    )
    workload = Workload(
        speed=speed.measured(prepared.backbones[model], train),
        train=int(train.lengths.sum()),
        validation=int(validation.lengths.sum()),
        longest=int(train.lengths.max()),
        longest_answer=max(map(len, train.answers or ()), default=0),
    )
    return Measured(workload, int(test.lengths.sum()))


def of_routes(prepared: Prepared, plans: Sequence[Plan], measured: Mapping[str, Measured]) -> Iterator[RouteEstimate]:
    """What each of `plans`, which apply, would take, given what its model makes of the rows."""
    run = RunFolder(prepared.folder)
    earlier: list[str] = []
    for plan in plans:
        context, there = context_of(prepared, run, earlier, plan, 0), measured[plan.backbone]
        yield _of_route(prepared, plan, plan.cost(context, there.workload), there)
        earlier.append(plan.title)


def _of_route(prepared: Prepared, plan: Plan, cost: Cost, measured: Measured) -> RouteEstimate:
    splits, seeds = prepared.splits, prepared.config.seeds
    again = cost.again if len(splits.validation) else 0.0
    trainings = 1 + seeds * (splits.folds - 1) if splits.folds else seeds * (1 + again)
    compared = measured.workload.validation + (measured.workload.train if splits.folds else 0)
    judging = seeds * cost.answering * (compared + 2 * measured.test) + seeds * _JUDGING_SECONDS
    return RouteEstimate(
        title=plan.title,
        low=_LOW * (trainings * cost.shortest + judging),
        high=_HIGH * (trainings * cost.longest + judging),
        bytes=cost.memory,
        disk=cost.disk,
        options={name: f"{value:.2g}" for name, value in cost.settings.items()} | _changed(plan),
        note=cost.note,
    )


def _changed(plan: Plan) -> dict[str, Any]:
    """The options of `plan` that are not the usual ones."""
    usual = {name: field.default for name, field in type(plan.options).model_fields.items()}
    return {name: value for name, value in plan.options.model_dump().items() if value != usual[name]}


def _encoded(rows: Rows, prepared: Prepared, model: str) -> Encoded:
    config, task, backbone = prepared.config, prepared.task, prepared.backbones[model]
    tokenizer, max_length = backbone.tokenizer(), prepared.max_lengths[model]
    if task.shape.form.OF_WORDS:
        return encode_words(rows, tokenizer, max_length, backbone.prompt)
    if not (task.shape.form.WRITTEN and backbone.writes):
        return encode(rows, tokenizer, max_length, backbone.prompt)
    text_frame = frame(tokenizer, backbone.configuration(), task, config.instruction)
    longest = config.generation.max_new_tokens or longest_answer(prepared.splits.train, task, tokenizer, text_frame)
    return answered_examples(rows, task, tokenizer, text_frame, max_length, longest).encoded
