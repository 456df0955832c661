"""The routes of a run: those that were named, and what `auto` stands for."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

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
from transferkit.training.student_options import DistillationOptions

_LONGEST_ENDING = 50
_BETWEEN, _FOREIGN = re.compile(r"[/\\:?&=]+"), re.compile(r"[^\w.-]+")
"""What stands between the parts of an address, and what may not stand in a title."""
FEW_ROWS_PER_LABEL, MANY_ROWS_PER_LABEL = 20, 100
_LARGE_BACKBONE = 300e6


def plans(config: RunConfig, splits: Splits, task: Task, backbones: Sequence[Backbone]) -> tuple[Plan, ...]:
    """The routes asked for, ready to run from each of `backbones`, with a baseline before them where none was.

    Where there are several, titles end in the name of the model: full-all-MiniLM-L6-v2. Teachers that are named by the
    title of a route are those that start from the same model. A student whose first teacher is named by the whole title
    is one of that teacher's model alone, and what learns from several models runs last. The baseline starts from none,
    and runs once.

    Raises `ConfigError` for a name or an option that there is not, and where two have one title.
    """
    rows_per_label = _rows_per_label(splits.train, task)
    planned: list[tuple[RouteConfig, Plan]] = []
    for backbone, ending in zip(backbones, endings([model.name for model in backbones]), strict=True):
        choices = _asked(config.routes, task.shape, rows_per_label, backbone)
        titles = {route.title: f"{route.title}{ending}" for route in choices if route.name != BASELINE}
        for route in choices:
            if route.name == BASELINE and backbone is not backbones[0]:
                continue
            titled = route.model_copy(update={"label": titles.get(route.title, route.title)})
            plan = replace(routes.resolve(titled), backbone=backbone.name)
            planned.append((titled, _taught(plan, titles)))
    options.require_distinct([route for route, _ in planned])
    return _in_order([plan for _, plan in planned])


def _in_order(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Students with their first teacher's model, and those that learn from several models behind all others."""
    models = {plan.title: plan.backbone for plan in plans if plan.kind != BASELINE}

    def teachers_of(plan: Plan) -> list[str]:
        return [models[title] for title in _named(plan) if title in models] or [plan.backbone]

    own = [plan for plan in plans if teachers_of(plan)[0] == plan.backbone]
    return tuple(sorted(own, key=lambda plan: set(teachers_of(plan)) != {plan.backbone}))


def _named(plan: Plan) -> tuple[str, ...]:
    """The teachers that `plan` names."""
    return plan.options.teachers if isinstance(plan.options, DistillationOptions) else ()


def _asked(named: Sequence[RouteConfig], shape: Shape, rows_per_label: float, backbone: Backbone) -> list[RouteConfig]:
    """The routes that are `named`, with what `auto` stands for, and a baseline."""
    choices: list[RouteConfig] = []
    for route in named:
        choices += automatic(route, shape, rows_per_label, backbone) if route.name == AUTO else (route,)
    if all(route.name != BASELINE for route in choices):
        choices.insert(0, RouteConfig(name=BASELINE))
    return choices


def _taught(plan: Plan, titles: Mapping[str, str]) -> Plan:
    """`plan` with its teachers by their titles in the run."""
    teachers = tuple(titles.get(name, name) for name in _named(plan))
    if not teachers:
        return plan
    return replace(plan, options=plan.options.model_copy(update={"teachers": teachers}))


def endings(names: Sequence[str]) -> list[str]:
    """What tells the routes of models of these names apart, in titles that folders are named after: the end of the
    name, as long as it takes; nothing where there is one."""
    if len(names) == 1:
        return [""]
    parts = [[_FOREIGN.sub("-", part) for part in _BETWEEN.split(name) if part] for name in names]
    for length in range(1, max(map(len, parts)) + 1):
        tails = ["-".join(words[-length:])[-_LONGEST_ENDING:] for words in parts]
        if len({ending.casefold() for ending in tails}) == len(tails):
            return [f"-{ending}" for ending in tails]
    return [f"-{ending}-{number}" for number, ending in enumerate(tails, start=1)]


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
    configured = {route.name: route for route in options.named_in(config)}
    if others := [name for name in configured if name not in chosen]:
        raise ConfigError(f"auto chose {', '.join(chosen)} here, not {', '.join(others)}; name it with --routes")
    return tuple(configured.get(name, RouteConfig(name=name)) for name in chosen)


def _rows_per_label(rows: Rows, task: Task) -> float:
    """The median over labels; all of them for what has no labels."""
    counts = Counter(name for target in rows[task.target] for name in names_in(target))
    return float(np.median(list(counts.values()))) if task.shape.form.CLASSES else len(rows)
