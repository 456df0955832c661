"""What a run starts from, as far as no model is needed: settings checked, rows read, audited and split.

Nothing imported here needs torch, so that what is wrong with a request is said before torch is loaded.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from transferkit import data, options, sources, task_choice
from transferkit.artifact.place import refuse_unusable
from transferkit.artifact.resumption import require_resumable
from transferkit.config import AUTO, GenerationConfig, RunConfig, usual_folder
from transferkit.data import audit, logged
from transferkit.disk import unused
from transferkit.errors import ConfigError, DataError
from transferkit.places import cache_folder
from transferkit.sources import hub_data, spelling
from transferkit.table import collecting
from transferkit.table.rows import Rows
from transferkit.table.splits import Audit, Finding, Overview, Splits
from transferkit.tasks import Task
from transferkit.training import parts

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class Intake:
    """Settings with task and run folder filled in; the tables as they were read; their splits; the task with
    its labels."""

    config: RunConfig
    tables: Mapping[str, Rows]
    splits: Splits
    task: Task


def begin(config: RunConfig, table: Any = None, resume: bool = False) -> Intake:
    """`take_in` for a run that will write, with messages on what is read and found.

    Raises `ConfigError` first where its folder cannot be used, holds a run that is not to be resumed, or is not the one
    to `resume`.
    """
    if config.output_dir:
        refuse_unusable(config.output_dir, resume, cache_of(config))
    if resume:
        require_resumable(config)
    intake = take_in(config, table, logged.overview)
    logged.findings(intake.splits.audit.findings)
    return intake


@collecting.paused()
def look(config: RunConfig, table: Any = None) -> Overview:
    """What `take_in` would read, and as what; where the rows cannot be used, why.

    Raises `DataError` where there are no rows to be looked at, else as `take_in` does.
    """
    tables, choice = _begun(config, table)
    try:
        overview = data.look(tables, config.data, choice.task, config.seed)
    except DataError as error:
        hint = task_choice.hint(tables, config.data, choice)
        return data.unusable(tables, choice.task, f"{error}{hint}", choice.findings)
    hint = task_choice.hint(tables, config.data, choice) if overview.problem else ""
    return replace(overview, findings=(*choice.findings, *overview.findings), problem=f"{overview.problem}{hint}")


@collecting.paused()
def take_in(config: RunConfig, table: Any = None, seen: Callable[[Overview], None] = lambda overview: None) -> Intake:
    """Check the settings, then read, audit and split the rows.

    `table` stands in for the file that `config.data.path` names: a DataFrame, a `datasets` object or columns. `seen` is
    given the overview before anything is split. Raises `ConfigError` for settings that there are not or that exclude
    each other, `DataError` for rows that cannot be used, `SourceError` for data that cannot be had.
    """
    log.info("reading %s", "a table in memory" if table is not None else config.data.path)
    _require_routes(config)
    for name in config.models:
        spelling.require_model(name)
    tables, choice = _begun(config, table)
    config = _settled(config, choice.task)
    _require_sense(config, choice.task)
    try:
        splits = data.prepare(tables, config.data, choice.task, config.seed, seen)
    except DataError as error:
        raise DataError(f"{error}{task_choice.hint(tables, config.data, choice)}") from None
    task = choice.task.bound(splits.train.join(splits.validation))
    if splits.folds and not len(splits.test) and task.shape.form.CLASSES:
        splits = _with_rare_labels(splits, task, config)
    splits = _reported(splits, (*choice.findings, *(audit.turns(splits.train) if task.conversations else ())))
    log.info("%s", splits.words)
    return Intake(config, tables, splits, task)


def _begun(config: RunConfig, table: Any) -> tuple[dict[str, Rows], task_choice.Choice]:
    """The raw tables and their task; settings that mean nothing to a task that is named are refused unread."""
    named = task_choice.named(config)
    if named is not None:
        _require_sense(config, named)
    tables = _tables(config, table)
    choice = task_choice.Choice(named) if named else task_choice.seen(tables, config.data)
    if config.unlabelled:
        of_words = choice.task.shape.form.OF_WORDS
        tables["unlabelled"] = data.read(config.unlabelled, config.data.encoding, of_words=of_words)
    return tables, choice


def _with_rare_labels(splits: Splits, task: Task, config: RunConfig) -> Splits:
    """With a finding about labels that are in no part of the cross-validation, which stands in for test rows."""
    rows = splits.labelled
    held = parts.of_seeds(rows, task, splits.folds, range(config.seed, config.seed + config.seeds))
    there = rows.take(parts.evaluated(held))
    return _reported(splits, audit.rare_labels(rows, there, task, "a row that cross-validation could hold out"))


def _reported(splits: Splits, added: Sequence[Finding]) -> Splits:
    """`splits` with more findings."""
    touched = splits.audit.counts["findings"] | {finding.kind: len(finding.rows) for finding in added if finding.rows}
    reported = Audit((*splits.audit.findings, *added), {**splits.audit.counts, "findings": touched})
    return replace(splits, audit=reported)


def cache_of(config: RunConfig) -> Path:
    """The cache folder of the run."""
    return cache_folder(config.cache_dir)


def _settled(config: RunConfig, task: Task) -> RunConfig:
    """`config` with its folder and task filled in."""
    folder = config.output_dir or unused(usual_folder(config.data.path))
    return config.model_copy(update={"output_dir": folder, "task": task.name})


def _require_routes(config: RunConfig) -> None:
    """Raise `ConfigError` for routes or options that there are not."""
    for route in config.routes:
        for named in options.named_in(route):
            options.checked(named)
    options.require_distinct([route for route in config.routes if route.name != AUTO])


def _require_sense(config: RunConfig, task: Task) -> None:
    """Raise `ConfigError` for settings that mean nothing to this task."""
    if config.long_texts == "windows" and task.shape.form.NO_WINDOWS:
        raise ConfigError(f"long_texts=windows: {task.shape.form.NO_WINDOWS}; leave it out")
    if config.answer_tokens and not task.shape.form.OF_CONTEXTS:
        raise ConfigError(f"answer_tokens: for spans of contexts; {task.name} wants {task.shape.value}; leave it out")
    if not task.shape.form.WRITTEN:
        for name, idle in (
            ("generation", config.generation == GenerationConfig()),
            ("instruction", not config.instruction),
        ):
            if not idle:
                raise ConfigError(f"{name}: for models that write; {task.name} wants {task.shape.value}; leave it out")
    elif config.prompt is not None:
        raise ConfigError(f"prompt: for models that read; {task.name} writes texts; tell it what to do by instruction")


def _tables(config: RunConfig, table: Any) -> dict[str, Rows]:
    path, cache_dir = config.data.path, cache_of(config)
    if table is not None:
        return data.read_splits(table, config.data.validation, config.data.test, config.data.encoding)
    if sources.is_dataset(path):
        return sources.load_tables(path, cache_dir=cache_dir, offline=config.offline)
    spelling.require_data(path)
    if hub_data.names(path):
        return data.read_splits(hub_data.load(path, offline=config.offline), config.data.validation, config.data.test)
    return data.read_splits(path, config.data.validation, config.data.test, config.data.encoding)
