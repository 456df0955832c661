"""What the page shows, worked out before the template sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from transferkit import metrics
from transferkit.config import AUTO, FP32
from transferkit.data.audit import class_counts
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.document import plain
from transferkit.evaluation.leaderboard import CHOSEN_BY, table
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.evaluation.verdict import in_points, rows_words
from transferkit.locales import Say
from transferkit.report.charts import Axis, padded
from transferkit.report.charts.cost import CostChart, cost_chart, role
from transferkit.report.charts.curves import CurvesChart, Series, curves_chart
from transferkit.report.charts.reliability import ReliabilityChart, reliability_chart
from transferkit.report.mistakes import Mistake, confused_pairs, missed_by_all, worst_mistakes
from transferkit.report.rows import RowNumbers, row_numbers
from transferkit.table.splits import Finding

WIDEST_CONFUSION = 30
COLOURS = 8


@dataclass(frozen=True)
class RouteView:
    """One route in detail. `confusion` is empty where there are too many labels to draw; `measure` is what the
    mistakes are ordered by."""

    result: RouteResult
    role: str
    confusion: Sequence[Sequence[int]]
    pairs: Sequence[tuple[str, str, int]]
    reliability: ReliabilityChart | None
    loss: CurvesChart | None
    mistakes: Sequence[Mistake]
    measure: str
    settings: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ClassCount:
    """How often a label stands in each split; `share` is of the training rows."""

    label: str
    train: int
    validation: int
    test: int
    share: float


@dataclass(frozen=True)
class View:
    """The page: the run itself, and what is drawn from it."""

    run: RunResult
    name: str
    metric: str
    rows: str
    measured: str
    chosen: str
    by: str
    margin: str
    facts: Sequence[tuple[str, str]]
    board: Sequence[Mapping[str, Any]]
    example: str
    signatures: Sequence[tuple[str, str]]
    bars: Axis
    baseline: RouteResult | None
    cost: CostChart
    curves: CurvesChart | None
    routes: Sequence[RouteView]
    missed: int
    hardest: Sequence[Mistake]
    classes: Sequence[ClassCount]
    findings: Sequence[tuple[Finding, RowNumbers]]
    config: Sequence[tuple[str, str]]
    manifest: Sequence[tuple[str, str]]


def view(result: RunResult, say: Say) -> View:
    """Everything the template needs from `result`."""
    main = result.task.main_metric
    scores = [route.scores.metrics[main] for route in result.routes]
    missed, hardest = missed_by_all(result)
    return View(
        run=result,
        name=data_name(result.config.data.path),
        metric=metrics.get(main).TITLE,
        rows="cross-validated rows" if result.folded else "test rows",
        measured=_measured(result),
        chosen=_chosen(result),
        by="" if result.folded or not result.choice.rows else CHOSEN_BY[result.choice.by].replace("\n", "<br>"),
        margin=in_points(result.choice.margin, result.task, say),
        facts=_facts(result),
        board=[row | {"role": role(result, result.route(row["name"]))} for row in table(result)],
        example="",
        signatures=_signatures(result),
        bars=Axis(*padded([end for score in scores for end in (score.low, score.high)], 0.04), 5, 115),
        baseline=next((route for route in result.routes if route.route == BASELINE), None),
        cost=cost_chart(result),
        curves=curves_chart(metrics.get(main).TITLE, _validation(result.routes, main)),
        routes=[_route(result, route) for route in result.routes],
        missed=missed,
        hardest=hardest,
        classes=_classes(result),
        findings=[(finding, row_numbers(finding.rows)) for finding in result.splits.audit.findings],
        config=_described(result),
        manifest=flat(plain(result.manifest)),
    )


def _measured(result: RunResult) -> str:
    """On which rows the table's scores are."""
    rows = f"{len(result.splits.test):,}"
    if result.folded:
        return (
            f"Measured on {rows} rows by {result.splits.folds}-fold cross-validation: every row is answered by models "
            f"that did not learn from it. The saved models learned from all of them{_but_for(result)}."
        )
    return f"Measured on the same {rows} test rows, which nothing was chosen by."


def _but_for(result: RunResult) -> str:
    rows = len(result.splits.validation)
    return f", those with epochs but for {rows:,}, on which they were validated" if rows else ""


def _chosen(result: RunResult) -> str:
    """By which rows the best route was chosen."""
    if not result.choice.rows:
        return ""
    if result.folded:
        return (
            "The best route is chosen by these rows too, which flatters it here; in its figure at the top every part "
            "of the rows is answered by the route that the other parts chose."
        )
    return f"Routes are chosen by {rows_words(result.choice)}."


def _described(result: RunResult) -> list[tuple[str, str]]:
    """What was asked for; how a model writes only where one does."""
    settings = result.config.model_dump(mode="json")
    return flat(settings if result.task.shape.form.WRITTEN else settings | {"generation": None})


def data_name(path: str) -> str:
    """What to call a data set: its catalogue name, or its file without folders and endings."""
    name = path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return name.split(".", 1)[0] or name


def flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
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


def _facts(result: RunResult) -> list[tuple[str, str]]:
    splits = result.splits
    rows = f"{len(splits.train):,} train · {len(splits.validation):,} validation"
    rows = f"{len(splits.labelled):,} · {splits.folds}-fold cross-validation" if splits.folds else rows
    rows += "" if result.folded else f" · {len(splits.test):,} test"
    seeds, labels, form = result.config.seeds, result.task.labels, result.task.shape.form
    facts = [
        (
            "Task",
            f"{result.task.name}, {len(labels)} {form.WANTED}" if form.NAMES else result.task.name,
        ),
        ("Rows", rows),
        ("Models" if len(result.config.models) > 1 else "Model", ", ".join(result.config.models)),
        ("Seeds", f"{seeds} per route, from {result.config.seed}" if seeds > 1 else str(result.config.seed)),
    ]
    if created := result.manifest.get("created"):
        facts.append(("Finished", _moment(str(created))))
    if machine := result.manifest.get("machine"):
        facts.append(("Machine", _machine(machine)))
    if (precision := result.config.precision) not in (AUTO, FP32):
        facts.append(("Precision", f"{precision}: matrix products in pretrained models are of numbers of 16 bits"))
    return facts


def _signatures(result: RunResult) -> list[tuple[str, str]]:
    """Titles of metrics, and the settings that they share."""
    titles: dict[str, list[str]] = {}
    for name, words in result.routes[0].scores.signatures.items():
        titles.setdefault(words, []).append(metrics.get(name).TITLE)
    return [(", ".join(names), words) for words, names in titles.items()]


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).strftime("%-d %B %Y, %H:%M %Z").strip()
    except ValueError:
        return text


def _machine(machine: Any) -> str:
    if not isinstance(machine, Mapping):
        return str(machine)
    words = {"processor": "{}", "gpu": "{}", "cores": "{} cores", "memory_gb": "{} GB memory", "system": "{}"}
    facts = flat(plain(machine))
    return " · ".join(words.get(key, f"{key.replace('_', ' ')} {{}}").format(value) for key, value in facts)


def _validation(routes: Sequence[RouteResult], main: str) -> list[Series]:
    key = f"eval_{main}"
    return [
        Series(route.name, [(entry["epoch"], entry[key]) for entry in route.history if key in entry], i % COLOURS)
        for i, route in enumerate(routes)
    ]


def _route(result: RunResult, route: RouteResult) -> RouteView:
    small = len(result.task.labels) <= WIDEST_CONFUSION
    return RouteView(
        result=route,
        role=role(result, route),
        confusion=route.scores.confusion.tolist() if small else (),
        pairs=confused_pairs(result, route),
        reliability=reliability_chart(route.scores.reliability) if route.scores.reliability else None,
        loss=curves_chart("loss", _losses(route), small=True),
        mistakes=worst_mistakes(result, route),
        measure=result.task.shape.form.MEASURE,
        settings=flat(plain(route.settings)),
    )


def _losses(route: RouteResult) -> list[Series]:
    keys = {"loss": "training", "eval_log_loss": "validation", "eval_loss": "validation"}
    keys |= {"eval_completion_loss": "validation"}
    if any("eval_log_loss" in entry for entry in route.history):
        del keys["eval_loss"]
    return [
        Series(name, [(entry["epoch"], entry[key]) for entry in route.history if key in entry], 1, key != "loss")
        for key, name in keys.items()
    ]


def _classes(result: RunResult) -> list[ClassCount]:
    splits, task = result.splits, result.task
    if not task.shape.form.CLASSES:
        return []
    train, validation, test = (class_counts(rows, task) for rows in (splits.train, splits.validation, splits.test))
    total = max(len(splits.train), 1)
    return [
        ClassCount(label, train[label], validation[label], test[label], train[label] / total) for label in task.labels
    ]
