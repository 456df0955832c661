"""Labelled rows in, what a route makes of them out."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit import routes
from transferkit.cache import spaces
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.data import content, splitting
from transferkit.disk import room_for
from transferkit.errors import ConfigError
from transferkit.evaluation.choosing import BASELINE
from transferkit.fitting import models
from transferkit.fitting.settings import RouteSettings
from transferkit.places import cache_folder
from transferkit.routes import Outcome, Plan
from transferkit.shapes import Shape
from transferkit.sources.hush import hushed
from transferkit.table.column_names import TIME
from transferkit.table.rows import Rows
from transferkit.tasks import Task

_WAY_ON = "or let the environment's TMPDIR name another disk, and fit again"


def trained(rows: Rows, task: Task, settings: RouteSettings) -> Outcome:
    """What the route makes of `rows`. Raises `ConfigError` where it does not apply."""
    plan = routes.resolve(RouteConfig(name=settings.route, options=settings.options or {}))
    backbone = models.chosen(settings, rows, reads=plan.kind != BASELINE)
    learn, check = parted(rows, task, settings.validation_size, settings.random_state)
    with hushed(), tempfile.TemporaryDirectory(prefix="transferkit-") as folder, room_for(Path(folder), _WAY_ON):
        context = Context(
            train=rows.take(learn),
            validation=rows.take(check),
            task=task,
            backbone=backbone,
            cache=spaces.of(cache_folder(settings.cache_dir)),
            folder=Path(folder) / "checkpoints",
            seed=settings.random_state,
            # The same in every fold, whatever its longest text, or no fold would find another's features.
            max_length=settings.max_length or backbone.max_length,
            load_backbone=lambda name: replace(models.load(settings, name), precision=backbone.precision),
        )
        return run(plan, context)


def run(plan: Plan, context: Context) -> Outcome:
    """`plan`, where it applies."""
    reason = plan.why_not(context)
    if reason:
        raise ConfigError(f"{plan.title} does not apply here: {reason}")
    return plan.run(context)


def parted(rows: Rows, task: Task, size: float, seed: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Positions to train and to validate on; none to validate on where these could not have a row of every class."""
    everything, targets = np.arange(len(rows)), list(rows[task.target])
    wanted, labels = round(size * len(rows)), splitting.labels_of(targets, task.shape)
    strata = splitting.strata(targets, task.shape)
    counts = np.unique(strata, return_counts=True)[1] if task.shape.form.ONE_CLASS else np.full(1, len(rows))
    fewest = max(splitting.MINIMUM, len(counts))
    if not size or counts.min() < 2 or wanted < fewest or len(rows) - wanted < splitting.MINIMUM:
        return everything, everything[:0]
    groups = content.groups(rows, task)
    if content.ordered_in_time(rows):
        held, left_out = splitting.latest(rows[TIME], groups, wanted)
        kept = ~held & ~left_out
        # A class of the latest rows alone has to be learned, so that nothing is left to validate on.
        lost = labels is not None and _names(labels, kept) < _names(labels, kept | True)
        return (everything, everything[:0]) if lost else (everything[kept], everything[held])
    held = splitting.hold_out(groups, strata, wanted, seed, labels, several=task.shape is Shape.LABELS)
    return everything[~held], everything[held]


def _names(labels: Sequence[Sequence[str]], where: npt.NDArray[np.bool_]) -> set[str]:
    """The labels of some rows."""
    return {name for names, there in zip(labels, where, strict=True) if there for name in names}
