"""Settings and rows in; the routes that will run and what each of them may use, out, before anything is trained."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from transferkit import model_choice, route_choice, sources, starting, students
from transferkit.artifact import learned_rows
from transferkit.artifact.run_folder import RunFolder
from transferkit.cache import spaces
from transferkit.config import Precision, RunConfig
from transferkit.context import Context
from transferkit.errors import ConfigError
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.results import Skipped
from transferkit.intake import Intake, cache_of, take_in
from transferkit.progress import progress
from transferkit.routes import Plan
from transferkit.sources import threads
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.table.splits import Splits
from transferkit.tasks import Task

log = logging.getLogger("transferkit")

_MOST_WRITTEN = 200
"""Validation rows that models which write are compared on: writing takes long."""


@dataclass(frozen=True)
class Prepared:
    """Everything a run starts from, before anything is trained: among it its pretrained models by name, and how many
    tokens each reads of a row."""

    config: RunConfig
    folder: Path
    tables: Mapping[str, Rows]
    splits: Splits
    task: Task
    backbones: Mapping[str, Backbone]
    max_lengths: Mapping[str, int]
    plans: tuple[Plan, ...]

    @property
    def cache_dir(self) -> Path:
        """Where models, data and frozen computation are kept."""
        return cache_of(self.config)

    @property
    def compared(self) -> Rows:
        """The validation rows that routes are chosen by."""
        rows = self.splits.validation.for_models()
        if not self.task.shape.form.WRITTEN or len(rows) <= _MOST_WRITTEN:
            return rows
        return rows.take(np.sort(np.random.default_rng(self.config.seed).permutation(len(rows))[:_MOST_WRITTEN]))


def prepare(config: RunConfig, table: Any = None) -> Prepared:
    """Read, audit and split the rows; load the models' facts; check every route's options."""
    return with_model(take_in(config, table))


def with_model(intake: Intake) -> Prepared:
    """Load the models' facts, measure the rows with their tokenizers, settle the routes."""
    task = intake.task
    count = threads.use(intake.config.threads)
    log.info("computing in %d thread%s", count, "s" * (count != 1))
    config, backbones, replaced = model_choice.chosen(intake)
    assert config.output_dir is not None
    plans = route_choice.plans(config, intake.splits, task, backbones)
    splits = learned_rows.apart(intake.splits, task, starting.folders(config, plans))
    for finding in splits.audit.findings[len(intake.splits.audit.findings) :]:
        log.warning("%s", finding)
    splits = replace(splits, audit=replace(splits.audit, findings=(*splits.audit.findings, *replaced)))
    lengths: dict[str, int] = {}
    for backbone in backbones:
        needed = any(plan.kind != BASELINE and plan.backbone == backbone.name for plan in plans)
        with progress(f"counting the tokens that {backbone.name} makes of all rows"):
            splits, lengths[backbone.name] = model_choice.measured(splits, task, backbone, config, needed)
    if config.unlabelled and not any(plan.variant in students.names() for plan in plans):
        log.warning("%s: unlabelled rows are for students, of which none is asked for", config.unlabelled)
    by_name = {backbone.name: backbone for backbone in backbones}
    return Prepared(config, config.output_dir, intake.tables, splits, task, by_name, lengths, plans)


def applicable(prepared: Prepared, failed: Mapping[str, str] | None = None) -> tuple[list[Plan], list[Skipped]]:
    """The routes that apply to these rows, and why the others do not: known before anything is trained, but for those
    that have `failed`, by title, with the reasons.

    Raises `ConfigError` where none of those asked for applies.
    """
    run = RunFolder(prepared.folder)
    plans: list[Plan] = []
    skipped: list[Skipped] = []
    for plan in prepared.plans:
        reason = (failed or {}).get(plan.title) or plan.why_not(
            context_of(prepared, run, [other.title for other in plans], plan, 0)
        )
        if reason:
            skipped.append(Skipped(plan.title, reason))
            log.info("%s: skipped, %s", plan.title, reason)
        else:
            plans.append(plan)
    if skipped and {plan.variant for plan in plans} <= {BASELINE} - {route.name for route in prepared.config.routes}:
        reasons = "; ".join(f"{skip.name}: {skip.reason}" for skip in skipped)
        raise ConfigError(f"none of the routes asked for can run here: {reasons}")
    return plans, skipped


def context_of(prepared: Prepared, run: RunFolder, earlier: Sequence[str], plan: Plan, repeat: int) -> Context:
    """What `plan` may use; `earlier` are the routes trained before it."""
    config, splits = prepared.config, prepared.splits
    return Context(
        train=splits.train.for_models(),
        validation=splits.validation.for_models(),
        task=prepared.task,
        backbone=prepared.backbones[plan.backbone],
        cache=spaces.of(prepared.cache_dir),
        folder=run.checkpoints(plan.title, repeat),
        seed=config.seed + repeat,
        max_length=prepared.max_lengths[plan.backbone],
        teachers={title: run.artifact(title, repeat) for title in earlier},
        variants={other.title: other.variant for other in prepared.plans},
        others={
            other.title: prepared.backbones[other.backbone]
            for other in prepared.plans
            if other.backbone != plan.backbone and other.kind != BASELINE
        },
        unlabelled=None if splits.unlabelled is None else splits.unlabelled.for_models(),
        windows=config.long_texts == "windows",
        instruction=config.instruction,
        generation=config.generation,
        answer_tokens=config.answer_tokens,
        title=plan.title,
        load_backbone=partial(_loaded, prepared, prepared.backbones[plan.backbone].precision),
    )


def _loaded(prepared: Prepared, precision: Precision, name: str) -> Backbone:
    """The pretrained model called `name`, run in the precision of the others."""
    config = prepared.config
    found = sources.load(
        name, cache_dir=prepared.cache_dir, offline=config.offline, trust_remote_code=config.trust_remote_code
    )
    return replace(found, precision=precision)
