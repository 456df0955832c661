"""What a run was made from, as pairs of a name and a value."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from transferkit import metrics
from transferkit.config import AUTO, FP32
from transferkit.evaluation.document import plain
from transferkit.evaluation.results import RunResult
from transferkit.locales import Say
from transferkit.report.naming import base_model

Pairs = list[tuple[str, str]]
_MACHINE = {
    "processor": "{n}",
    "gpu": "{n}",
    "cores": "{n} cores",
    "threads": "{n} threads",
    "memory_gb": "{n} GB memory",
    "system": "{n}",
}


def headline(result: RunResult, say: Say) -> str:
    """Task, labels, rows and models in a line, for the head of the page."""
    splits, labels, form = result.splits, result.task.labels, result.task.shape.form
    parts = [say(result.task.name)]
    if form.NAMES:
        kinds = ("{n} tag", "{n} tags") if form.OF_WORDS else ("{n} label", "{n} labels")
        parts.append(say.count(len(labels), *kinds))
    if splits.folds:
        parts.append(
            say("{rows} rows, {folds}-fold cross-validation", rows=f"{len(splits.labelled):,}", folds=splits.folds)
        )
    else:
        parts.append(say.count(len(splits.train), "{n} training row", "{n} training rows"))
        parts.append(say.count(len(splits.validation), "{n} validation row", "{n} validation rows"))
    if not result.folded:
        parts.append(say.count(len(splits.test), "{n} test row", "{n} test rows"))
    return " · ".join([*parts, *models(result)])


def models(result: RunResult) -> list[str]:
    """The pretrained models of the run, by the names that they have on the hub."""
    return list(dict.fromkeys(name for route in result.routes if (name := base_model(result, route))))


def facts(result: RunResult, say: Say) -> Pairs:
    """When, where and how the run was made."""
    seeds = result.config.seeds
    found = [
        (say("Data"), result.config.data.path),
        (say("Models") if len(models(result)) > 1 else say("Model"), say.language.COMMA.join(models(result))),
        (say("Seeds"), say("{n} per route, from {first}", n=seeds, first=result.config.seed))
        if seeds > 1
        else (say("Seed"), str(result.config.seed)),
    ]
    if created := result.manifest.get("created"):
        found.append((say("Finished"), _moment(str(created), say)))
    if machine := result.manifest.get("machine"):
        found.append((say("Machine"), _machine(machine, say)))
    if (precision := result.config.precision) not in (AUTO, FP32):
        words = say("{precision}: matrix products in pretrained models use 16-bit numbers", precision=precision)
        found.append((say("Precision"), words))
    return [(name, value) for name, value in found if value]


def read(result: RunResult, say: Say) -> Pairs:
    """What was read and as what."""
    return [(name, words) for name, words in result.splits.overview.told(say) if words]


def signatures(result: RunResult, say: Say) -> Pairs:
    """Titles of metrics, and the settings that they share."""
    titles: dict[str, list[str]] = {}
    for name, words in result.routes[0].scores.signatures.items():
        titles.setdefault(words, []).append(say(metrics.get(name).TITLE))
    return [(say.language.COMMA.join(names), words) for words, names in titles.items()]


def settings(result: RunResult) -> Pairs:
    """What was asked for; how a model writes only where one does."""
    asked = result.config.model_dump(mode="json")
    return flat(asked if result.task.shape.form.WRITTEN else asked | {"generation": None})


def flat(value: Any, prefix: str = "") -> Pairs:
    """Nested mappings as dotted names and texts; empty values are left out."""
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in flat(inner, f"{prefix}.{key}" if prefix else str(key))]
    if value is None or value == "" or value == []:
        return []
    if isinstance(value, list):
        if any(isinstance(inner, Mapping) for inner in value):
            return [pair for i, inner in enumerate(value, 1) for pair in flat(inner, f"{prefix}.{i}")]
        return [(prefix, ", ".join(map(str, value)))]
    return [(prefix, f"{value:.6g}" if isinstance(value, float) else str(value))]


def _moment(text: str, say: Say) -> str:
    try:
        return datetime.fromisoformat(text).strftime(say.language.MOMENT).strip()
    except ValueError:
        return text


def _machine(machine: Any, say: Say) -> str:
    if not isinstance(machine, Mapping):
        return str(machine)
    known = [(key, value) for key, value in flat(plain(machine)) if value != "1" or key != "threads"]
    return " · ".join(say(_MACHINE[key], n=value) if key in _MACHINE else f"{key} {value}" for key, value in known)
