"""The routes of a run: those that were named, and what `auto` stands for."""

from collections import Counter

import numpy as np

from transferkit import options, routes
from transferkit.config import AUTO, RouteConfig, RunConfig
from transferkit.errors import ConfigError
from transferkit.evaluation.choosing import BASELINE
from transferkit.routes import Plan
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.sources.facts import DECODER
from transferkit.table.rows import Rows
from transferkit.table.splits import Splits
from transferkit.table.values import names_in
from transferkit.tasks import Task

FEW_ROWS_PER_LABEL, MANY_ROWS_PER_LABEL = 20, 100
_LARGE_BACKBONE = 300e6


def plans(config: RunConfig, splits: Splits, task: Task, backbone: Backbone) -> tuple[Plan, ...]:
    """The routes asked for, ready to run, with a baseline before them where none was.

    Raises `ConfigError` for a name or an option that there is not, and where two have one title.
    """
    asked: list[RouteConfig] = []
    for route in config.routes:
        if route.name == AUTO:
            asked += automatic(route, task.shape, _rows_per_label(splits.train, task), backbone)
        else:
            asked.append(route)
    if all(route.name != BASELINE for route in asked):
        asked.insert(0, RouteConfig(name=BASELINE))
    options.require_distinct(asked)
    return tuple(routes.resolve(route) for route in asked)


def automatic(config: RouteConfig, shape: Shape, rows_per_label: float, backbone: Backbone) -> tuple[RouteConfig, ...]:
    """What `auto` stands for: fine-tuning (low-rank from 300 M weights on, and of decoders that write) and a student of
    it, static or for tags, spans and texts one of fewer layers; features always, and for texts the model as it is.

    Where a row has one label and labels have few rows (their median), contrastive takes the place of fine-tuning, which
    learns nothing from a handful, and of its student; where they have some but not many, that of the student.

    Raises `ConfigError` where `config` has options for a route that is not among them.
    """
    writes = shape.form.WRITTEN and backbone.architecture == DECODER
    tuned = "lora" if writes or backbone.parameters > _LARGE_BACKBONE else "full"
    student = "fewer_layers" if not shape.whole else "static"
    trained: tuple[str, ...] = (tuned, student)
    if shape is Shape.LABEL and rows_per_label < MANY_ROWS_PER_LABEL:
        trained = ("contrastive",) if rows_per_label < FEW_ROWS_PER_LABEL else ("contrastive", tuned)
    chosen = (BASELINE, "feature_transfer", *trained)
    chosen = (BASELINE, "zero_shot", *chosen[1:]) if shape.form.WRITTEN else chosen
    given = {each.name: each for each in options.named_in(config)}
    if others := [name for name in given if name not in chosen]:
        raise ConfigError(f"auto chose {', '.join(chosen)} here, not {', '.join(others)}; name it with --routes")
    return tuple(given.get(name, RouteConfig(name=name)) for name in chosen)


def _rows_per_label(rows: Rows, task: Task) -> float:
    """The median over labels; all of them for what has no labels."""
    counts = Counter(name for target in rows[task.target] for name in names_in(target))
    return float(np.median(list(counts.values()))) if task.shape.form.CLASSES else len(rows)
