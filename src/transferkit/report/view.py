"""What the page shows, worked out before the template sees it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transferkit import metrics
from transferkit.data.audit import class_counts
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.document import plain
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.evaluation.verdict import in_points, rows_words, unshown
from transferkit.locales import Say
from transferkit.report import facts
from transferkit.report.board import Shown, board
from transferkit.report.charts import Axis, padded
from transferkit.report.charts.cost import NARROW as NARROW_COST
from transferkit.report.charts.cost import CostChart, cost_chart
from transferkit.report.charts.curves import NARROW as NARROW_CURVES
from transferkit.report.charts.curves import SMALL, CurvesChart, Series, curves_chart
from transferkit.report.charts.reliability import ReliabilityChart, reliability_chart
from transferkit.report.example import Example, example
from transferkit.report.marks import Mark, marks
from transferkit.report.mistake_tables import MistakeTables, mistake_tables
from transferkit.report.mistakes import confused_pairs
from transferkit.report.naming import data_of
from transferkit.report.rows import RowNumbers, row_numbers
from transferkit.shapes import Words
from transferkit.table.splits import Finding

WIDEST_CONFUSION = 30
MOST_CONFUSIONS = 10
LEAST_POINTS = 10
"""So many points of the metric the axis of the learning curves covers at least."""
_LEAST_LOSS = 0.25


@dataclass(frozen=True)
class RouteView:
    """One route in detail. `confusion` is empty where there are too many labels to draw."""

    result: RouteResult
    mark: Mark
    confusion: Sequence[Sequence[int]]
    pairs: Sequence[tuple[str, str, int]]
    reliability: ReliabilityChart | None
    loss: CurvesChart | None
    settings: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ClassCount:
    """How many rows of each split have a label; `share` is of the training rows."""

    label: str
    train: int
    validation: int
    test: int
    share: float


@dataclass(frozen=True)
class View:
    """The page: the run itself, and what is drawn from it. Charts come in two widths."""

    run: RunResult
    name: str
    headline: str
    metric: str
    words: Words
    measured: str
    chosen: str
    margin: str
    facts: Sequence[tuple[str, str]]
    board: Shown
    overview: Sequence[tuple[str, str]]
    example: Example | None
    signatures: Sequence[tuple[str, str]]
    bars: Axis
    marks: Mapping[str, Mark]
    best_note: str
    baseline: RouteResult | None
    costs: Sequence[CostChart]
    curves: Sequence[CurvesChart]
    routes: Sequence[RouteView]
    tables: MistakeTables
    classes: Sequence[ClassCount]
    findings: Sequence[tuple[Finding, RowNumbers]]
    settings: Sequence[tuple[str, str]]
    manifest: Sequence[tuple[str, str]]


def view(result: RunResult, say: Say) -> View:
    """Everything the template needs from `result`."""
    main, marked = result.task.main_metric, marks(result)
    scores = [route.scores.metrics[main] for route in result.routes]
    ends = [end for score in scores for end in (score.low, score.high)]
    found = board(result, say)
    return View(
        run=result,
        name=data_of(result),
        headline=facts.headline(result, say),
        metric=say(metrics.get(main).TITLE),
        words=result.task.words,
        measured=_measured(result, say),
        chosen=_chosen(result, say),
        margin=in_points(result.choice.margin, result.task, say),
        facts=facts.facts(result, say),
        board=found,
        overview=facts.read(result, say),
        example=example(result, result.route(result.best)),
        signatures=facts.signatures(result, say),
        bars=Axis(*padded(ends, 0.04, LEAST_POINTS * metrics.point(main), metrics.most(main)), 5, 115),
        marks=marked,
        best_note=_of_best(result, say),
        baseline=next((route for route in result.routes if route.route == BASELINE), None),
        costs=[cost_chart(result, marked), cost_chart(result, marked, NARROW_COST)],
        curves=_curves(result, marked, say),
        routes=[_route(result, result.route(row["name"]), marked, say) for row in found.rows],
        tables=mistake_tables(result, [row["name"] for row in found.rows]),
        classes=_classes(result),
        findings=[(finding, row_numbers(finding.rows)) for finding in result.splits.audit.findings],
        settings=facts.settings(result),
        manifest=facts.flat(plain(result.manifest)),
    )


def _of_best(result: RunResult, say: Say) -> str:
    """What is to be known of the best route beside its score."""
    best = result.route(result.best)
    if unshown(best, result.routes):
        return say("Not shown to be better than the baseline, which is the cheaper choice until more rows show it.")
    slower = any(route.cost.texts_per_second > best.cost.texts_per_second for route in result.routes)
    return say("Every faster route is worse.") if result.best == result.cheapest and slower else ""


def _measured(result: RunResult, say: Say) -> str:
    """On which rows the table's scores are."""
    rows = f"{len(result.splits.test):,}"
    if not result.folded:
        words = "All scores are measured on the same {rows} test rows, which were not used for any choice."
        return say.joined([say(words, rows=rows), *_together(result, say)])
    words = (
        "All scores are measured on {rows} rows by {folds}-fold cross-validation: each row is answered by models that "
        "were not trained on it."
    )
    saved = "The saved models were trained on all of them."
    fields: dict[str, object] = {"rows": rows, "folds": result.splits.folds}
    if len(result.splits.validation):
        saved = "The saved models were trained on all of them; those that stop early kept {n} rows for validation."
        fields["n"] = f"{len(result.splits.validation):,}"
    worth = say(
        "Models that share training rows make mistakes together, so intervals and tests count these rows as {n}.",
        n=f"{result.counted:,}",
    )
    return say.joined([say(words, **fields), worth, *_together(result, say), say(saved, **fields)])


def _together(result: RunResult, say: Say) -> Iterator[str]:
    """How many groups the rows are of, if of any."""
    if result.groups:
        words = "Rows of one group or text are not independent, so intervals and tests go by their {n} groups."
        yield say(words, n=f"{result.groups:,}")


def _chosen(result: RunResult, say: Say) -> str:
    """By which rows the best route was chosen."""
    if not result.choice.rows:
        return ""
    if result.folded:
        return say(
            "The best route is chosen by these rows too, which flatters it in this table. The score at the top is "
            "corrected for that: each part of the rows is scored with the route that the other parts chose."
        )
    return say("Routes are chosen by {rows}.", rows=rows_words(result.choice, say))


def _curves(result: RunResult, marked: Mapping[str, Mark], say: Say) -> list[CurvesChart]:
    """Validation scores by epoch, wide and narrow; none where no route has epochs."""
    main = result.task.main_metric
    key, title = f"eval_{main}", say(metrics.get(main).TITLE)
    lines = [
        Series(
            route.name, [(entry["epoch"], entry[key]) for entry in route.history if key in entry], marked[route.name]
        )
        for route in result.routes
    ]
    least = LEAST_POINTS * metrics.point(main)
    most = metrics.most(main)
    charts = (curves_chart(title, lines, least, most=most), curves_chart(title, lines, least, NARROW_CURVES, most))
    return [chart for chart in charts if chart]


def _route(result: RunResult, route: RouteResult, marked: Mapping[str, Mark], say: Say) -> RouteView:
    small = len(result.task.labels) <= WIDEST_CONFUSION
    return RouteView(
        result=route,
        mark=marked[route.name],
        confusion=route.scores.confusion.tolist() if small else (),
        pairs=confused_pairs(result, route, MOST_CONFUSIONS),
        reliability=reliability_chart(route.scores.reliability) if route.scores.reliability else None,
        loss=_loss(route, marked[route.name], say),
        settings=facts.flat(plain(route.settings)),
    )


def _loss(route: RouteResult, mark: Mark, say: Say) -> CurvesChart | None:
    keys = {"loss": say("training"), "eval_log_loss": say("validation"), "eval_loss": say("validation")}
    keys |= {"eval_completion_loss": say("validation")}
    if any("eval_log_loss" in entry for entry in route.history):
        del keys["eval_loss"]
    lines = [
        Series(name, [(entry["epoch"], entry[key]) for entry in route.history if key in entry], mark, key != "loss")
        for key, name in keys.items()
    ]
    highest = max((value for line in lines for _, value in line.points), default=0.0)
    return curves_chart(say("loss"), lines, _LEAST_LOSS * highest, SMALL)


def _classes(result: RunResult) -> list[ClassCount]:
    splits, task = result.splits, result.task
    if not task.shape.form.CLASSES:
        return []
    train, validation, test = (class_counts(rows, task) for rows in (splits.train, splits.validation, splits.test))
    total = max(len(splits.train), 1)
    return [
        ClassCount(label, train[label], validation[label], test[label], train[label] / total) for label in task.labels
    ]
