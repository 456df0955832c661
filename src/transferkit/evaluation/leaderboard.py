"""The table of a run: as flat rows, as CSV, and for a terminal."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import stdev
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from transferkit import locales, metrics
from transferkit.evaluation.choosing import BASELINE
from transferkit.evaluation.ranking import main_value
from transferkit.evaluation.results import FOLDS, VALIDATION, Board, Comparison, Interval, RouteResult
from transferkit.evaluation.standing import figures
from transferkit.locales import Say

Row = dict[str, Any]
GAP = 2
CHOSEN_BY = {VALIDATION: "valida-\ntion", FOLDS: "out of\nfold"}


def table(result: Board) -> list[Row]:
    """One flat row per route, the chosen one first, with every metric, its interval, the comparisons and the costs.

    `chosen_by` is the main metric on the rows that routes are chosen by, which orders the rest too. `<main>_mean` and
    `<main>_sd` run over seeds; sd is empty with one seed. p-values are corrected ones.
    """
    sign = 1 if metrics.get(result.task.main_metric).HIGHER_IS_BETTER else -1

    def order(route: RouteResult) -> tuple[bool, float, float]:
        by = result.choice.scores.get(route.name)
        value = by.value if by else main_value(route, result.task)
        return route.name != result.choice.best, -sign * value, -route.cost.texts_per_second

    return [_row(result, route) for route in sorted(result.routes, key=order)]


def write_csv(result: Board, path: Path) -> None:
    """Write `table(result)` with full precision."""
    rows = table(result)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def render(result: Board, width: int = 120) -> Table:
    """The table for a terminal of `width` columns, the verdict below it and the best route in bold.

    Columns that do not fit are left out, the least needed first; names of routes are never cut.
    """
    rows = table(result)
    shown = _fitting(columns(result, rows), rows, width)
    words = Text(f"\n{result.verdict}")
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    drawn.caption, drawn.caption_justify, drawn.caption_style = words, "left", ""
    for column in shown:
        side: Literal["left", "right"] = "left" if column.left else "right"
        drawn.add_column(Text(column.title), justify=side, no_wrap=True, vertical="bottom")
    for row in rows:
        drawn.add_row(*(Text(column.cell(row)) for column in shown), style="bold" if row["best"] else "")
    return drawn


def short(value: float) -> str:
    """A count or a speed in at most five characters: 0.42, 8.1, 512, 22.7M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= max(size, 1e4):
            scaled = value / size
            return (f"{scaled:.1f}".removesuffix(".0") if scaled < 99.95 else f"{scaled:.0f}") + letter
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def significance(comparison: Comparison | None) -> str:
    """The outcome of a test in a word or two: better, worse, not significant; empty without a test."""
    if comparison is None:
        return ""
    if not comparison.significant:
        return "not significant"
    return "better" if comparison.difference > 0 else "worse"


def _row(result: Board, route: RouteResult) -> Row:
    main, scores = result.task.main_metric, route.scores
    row: Row = {
        "name": route.name,
        "route": route.route,
        "method": route.method,
        "best": route.name == result.choice.best,
        "cheapest": route.name == result.choice.cheapest,
    }
    for name, score in scores.metrics.items():
        row |= {name: score.value, f"{name}_low": score.low, f"{name}_high": score.high}
    by, loss = result.choice.scores.get(route.name), result.choice.losses.get(route.name)
    row |= {"chosen_by": by.value if by else None, "chosen_by_low": by.low if by else None}
    row |= {"chosen_by_high": by.high if by else None, "loss": loss.value if loss else None}
    row |= {"loss_low": loss.low if loss else None, "loss_high": loss.high if loss else None}
    row["seeds"] = len(route.seed_values)
    row[f"{main}_mean"] = main_value(route, result.task)
    row[f"{main}_sd"] = stdev(route.seed_values) if len(route.seed_values) > 1 else None
    for other, comparison in (("baseline", route.against_baseline), ("best", route.against_best)):
        row[f"{other}_difference"] = comparison.difference if comparison else None
        row[f"{other}_p"] = comparison.p_value if comparison else None
        row[f"{other}_words"] = significance(comparison)
    cost = route.cost
    row |= {"bytes": cost.bytes, "parameters": cost.parameters, "trained_parameters": cost.trained_parameters}
    row |= {"train_seconds": cost.train_seconds, "texts_per_second": cost.texts_per_second}
    return row | {"milliseconds_one": cost.milliseconds_one, "artifact": route.artifact if route.kept else ""}


@dataclass(frozen=True)
class Column:
    """One of the table; `need` orders what gives way on a narrow terminal: 0 always stays, the highest goes first."""

    title: str
    need: int
    cell: Callable[[Row], str]
    left: bool = False

    def width(self, rows: Sequence[Row]) -> int:
        return max(cell_len(text) for text in [*self.title.split("\n"), *(self.cell(row) for row in rows)])


def columns(result: Board, rows: Sequence[Row]) -> list[Column]:
    """What is shown of `rows`, in order, without what is empty throughout."""
    main, say = result.task.main_metric, locales.get(result.language)
    metric = say("{metric}\n[95 % interval]", metric=say(metrics.get(main).TITLE))
    every = [
        Column(say("route"), 0, lambda row: row["name"], left=True),
        Column(say("method"), 12, lambda row: say.found(row["method"]), left=True),
        Column(metric, 0, lambda row: _interval(row, main)),
        Column(say(CHOSEN_BY[result.choice.by]), 4, lambda row: "" if result.folded else _decimals(row["chosen_by"])),
        Column(say("mean ± sd\nover seeds"), 5, lambda row: _spread(row, main)),
        Column(say("against\nbaseline"), 1, lambda row: _against_baseline(row, say), left=True),
        Column(say("macro\nF1"), 7, lambda row: _decimals(row.get("macro_f1"))),
        Column(say("log\nloss"), 10, lambda row: _decimals(row.get("log_loss"))),
        Column("ECE", 9, lambda row: _decimals(row.get("calibration_error"))),
        Column(say("size\nMB"), 3, lambda row: f"{row['bytes'] / 1e6:.1f}"),
        Column(say("weights\ntrained"), 11, lambda row: short(row["trained_parameters"])),
        Column(say("train\ns"), 6, lambda row: short(row["train_seconds"])),
        Column(say("texts\n/s"), 2, lambda row: short(row["texts_per_second"])),
        Column(say("ms\n/text"), 8, lambda row: short(row["milliseconds_one"])),
    ]
    return [column for column in every if any(column.cell(row) for row in rows)]


def _fitting(every: list[Column], rows: Sequence[Row], width: int) -> list[Column]:
    shown = list(every)
    while sum(column.width(rows) + GAP for column in shown) - GAP > width:
        dispensable = max(shown, key=lambda column: column.need)
        if dispensable.need == 0:
            break
        shown.remove(dispensable)
    return shown


def _interval(row: Row, main: str) -> str:
    return figures(Interval(row[main], row[f"{main}_low"], row[f"{main}_high"]))


def _spread(row: Row, main: str) -> str:
    return "" if row[f"{main}_sd"] is None else f"{row[f'{main}_mean']:.3f} ± {row[f'{main}_sd']:.3f}"


def _against_baseline(row: Row, say: Say) -> str:
    if row["route"] == BASELINE:
        return say("the baseline")
    if row["baseline_difference"] is None:
        return ""
    words = say(row["baseline_words"].replace("significant", "sig."))
    return f"{row['baseline_difference']:+.3f} {words}"


def _decimals(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
