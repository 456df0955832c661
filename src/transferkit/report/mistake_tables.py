"""The mistakes of all routes as the page holds them: the first ones to be read as they are, all for its script."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transferkit.evaluation.results import RunResult
from transferkit.report.formats import percent, score
from transferkit.report.mistakes import Mistake, Mistakes, missed_by_all, mistakes

PAGE = 12
"""Rows shown at once."""


@dataclass(frozen=True)
class MistakeTable:
    """`index` is the place of its rows in `MistakeTables.data`."""

    index: int
    count: int
    listed: int
    first: Sequence[Mistake]


@dataclass(frozen=True)
class MistakeTables:
    """A table per route, by name, and one of the rows that every route gets wrong, empty where there are none or one
    route alone. `data` is JSON that can stand inside a script element; `as_share` says that measures are percentages.
    """

    of_routes: dict[str, MistakeTable]
    of_all: MistakeTable
    data: str
    as_share: bool


def mistake_tables(result: RunResult, names: Sequence[str]) -> MistakeTables:
    """Tables for the routes called `names`, in their order."""
    found = [mistakes(result, result.route(name)) for name in names]
    shared = missed_by_all(result) if len(result.routes) > 1 else Mistakes(0, ())
    as_share = result.task.shape.form.ONE_CLASS
    tables = [MistakeTable(i, one.count, len(one.rows), one.rows[:PAGE]) for i, one in enumerate([*found, shared])]
    return MistakeTables(
        of_routes=dict(zip(names, tables, strict=False)),
        of_all=tables[-1],
        data=_json([*found, shared], as_share),
        as_share=as_share,
    )


def _json(found: Sequence[Mistakes], as_share: bool) -> str:
    """Every text once: `rows` has number, text and second text of each test row that some route misses, `answers` the
    distinct answers; `tables` have per mistake a row, the true answer, the predicted one, and the measure."""
    rows: dict[tuple[int, str], int] = {}
    texts: list[list[Any]] = []
    answers: dict[str, int] = {}
    tables = []
    for one in found:
        entries = []
        for mistake in one.rows:
            row = rows.setdefault((mistake.number, mistake.text), len(texts))
            if row == len(texts):
                texts.append([mistake.number, mistake.text, mistake.text_pair])
            true, predicted = (answers.setdefault(text, len(answers)) for text in (mistake.true, mistake.predicted))
            measure = percent(mistake.measure) if as_share else score(mistake.measure)
            entries.append([row, true, predicted, measure])
        tables.append(entries)
    text = json.dumps(
        {"rows": texts, "answers": [*answers], "tables": tables}, ensure_ascii=False, separators=(",", ":")
    )
    return text.replace("<", "\\u003c")
