"""The table of routes: which columns it has, how each is headed and sorted, and the table alone for a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transferkit import locales, metrics
from transferkit.evaluation.leaderboard import table
from transferkit.evaluation.results import FOLDS, Board
from transferkit.locales import Say
from transferkit.report.marks import Mark, marks
from transferkit.report.templating import environment

SHOWN = (
    "macro_f1",
    "log_loss",
    "calibration_error",
    "entity_precision",
    "entity_recall",
    "spearman",
    "mae",
    "exact_match",
    "rouge_1",
    "rouge_2",
    "length_ratio",
    "novelty",
    "chrf",
    "ter",
)
"""Metrics that have a column of their own beside the main one."""


@dataclass(frozen=True)
class MetricColumn:
    """`falls` says that lower values are better, so that sorting begins with the lowest."""

    name: str
    title: str
    falls: bool


@dataclass(frozen=True)
class Shown:
    """Rows as `leaderboard.table` has them, each with the `Mark` of its route as `mark`.

    `chosen_by` heads the column of the scores that routes are chosen by; empty if they are chosen by the main one.
    """

    rows: Sequence[Mapping[str, Any]]
    main: MetricColumn
    others: Sequence[MetricColumn]
    chosen_by: str


def board(result: Board, say: Say) -> Shown:
    """The table of `result`."""
    found: Mapping[str, Mark] = marks(result)
    by = ""
    if result.choice.rows and not result.folded:
        by = say("cross-validation") if result.choice.by == FOLDS else say("validation")
    return Shown(
        rows=[row | {"mark": found[row["name"]]} for row in table(result)],
        main=_column(result.task.main_metric, say),
        others=[_column(name, say) for name in SHOWN if name in result.task.metrics],
        chosen_by=by,
    )


def fragment(result: Board, report: Path) -> str:
    """The table and the verdict as HTML that needs no style sheet, for the output of a notebook, and where the `report`
    is."""
    say = locales.get(result.language)
    template = environment(say).get_template("fragment.html")
    return template.render(run=result, board=board(result, say), main=result.task.main_metric, report=report)


def _column(name: str, say: Say) -> MetricColumn:
    metric = metrics.get(name)
    return MetricColumn(name, say(metric.TITLE), metric.HIGHER_IS_BETTER is False)
