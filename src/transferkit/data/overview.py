"""What was read, and as what: the `Overview` of tables, made before anything is learned."""

import json
from collections.abc import Mapping, Sequence

from transferkit.data import column_reasons, content, joined
from transferkit.data.cleaning import Cleaned
from transferkit.data.columns import TaskColumns
from transferkit.errors import shown
from transferkit.shapes.tags import tagged
from transferkit.table import prose
from transferkit.table.column_names import ASIDE
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, Overview, Table
from transferkit.tagging import word_rows

_MOST_WORDS, _MOST_LABELS = 40, 20
_TRAIN = "train"


def of(
    tables: Mapping[str, Rows],
    cleaned: Mapping[str, Cleaned],
    task: TaskColumns,
    findings: Sequence[Finding] = (),
    reasons: Mapping[str, str] | None = None,
) -> Overview:
    """The overview of raw `tables`, which became `cleaned` for `task`; `reasons` says why columns are read."""
    rows, columns = cleaned[_TRAIN].rows, cleaned[_TRAIN].columns
    raw = tables[_TRAIN].columns
    parts = {part for column in columns.values() for part in joined.parts(column, raw)}
    made = {part for part in parts if part not in raw}
    first = tables[_TRAIN].take([0])
    changed = any(
        list(cells) != list(first.columns.get(name, cells)) for name, cells in task.unpack(first).columns.items()
    )
    made_of = tuple(c for c in raw if (made or changed) and c in task.unpacks and c not in parts)
    if task.shape.form.OF_WORDS and (sentence := word_rows.sentence_column(tables[_TRAIN])):
        made_of = (*made_of, sentence)
    used = {*made_of, *parts}
    in_order = (*task.inputs, *task.optional_inputs, task.target, *ASIDE)
    targets = list(rows[task.target])
    position = _telling(rows, task)
    return Overview(
        task=task.name,
        tables=_tables(tables),
        columns={role: columns[role] for role in in_order if role in columns},
        reasons=column_reasons.of(columns, reasons or {}, raw, task),
        made_of=made_of,
        unused=tuple(column for column in raw if column not in used),
        targets=task.shape.form.summary(targets),
        number=int(rows.numbers[position]),
        unit=rows.unit,
        example=_example(rows, position, task),
        findings=tuple(findings),
    )


def unusable(tables: Mapping[str, Rows], task: TaskColumns, problem: str, findings: Sequence[Finding] = ()) -> Overview:
    """The overview of raw `tables` that cannot be used for `task`, because of `problem`."""
    rows = next(iter(tables.values()))
    row = next(iter(rows), {})
    cells = tuple(
        (column, prose.short(cell if isinstance(cell, str) else shown(cell, prose.LONGEST)))
        for column, cell in row.items()
    )
    return Overview(
        task=task.name,
        tables=_tables(tables),
        unused=tuple(rows.columns),
        number=int(rows.numbers[0]) if len(rows) else 0,
        unit=rows.unit,
        example=cells[:_MOST_LABELS],
        findings=tuple(findings),
        problem=problem,
    )


def _tables(tables: Mapping[str, Rows]) -> tuple[Table, ...]:
    return tuple(
        Table("" if len(tables) == 1 else split, rows.source, rows.encoding, len(rows))
        for split, rows in sorted(tables.items(), key=lambda table: table[0] != _TRAIN)
    )


def _telling(rows: Rows, task: TaskColumns) -> int:
    """The position of the first row that has something to learn: a tag besides O, a label, an answer."""

    is_telling = task.shape.form.is_telling
    return next((i for i, target in enumerate(rows[task.target]) if is_telling(target)), 0)


def _example(rows: Rows, position: int, task: TaskColumns) -> tuple[tuple[str, str], ...]:
    """The inputs and the target of one row, name by name."""
    target = rows[task.target][position]
    if task.shape.form.OF_WORDS:
        return (("words and tags", tagged(rows["text"][position].split(" "), target)),)
    kinds = content.inputs(rows, task)
    inputs = [(name, _prompt(kind.shown(rows[name][position]))) for name, kind in kinds.items()]
    return (*inputs, (task.target, task.shape.form.line(target)))


def _prompt(text: str) -> str:
    """A text in one line, a conversation turn by turn."""
    try:
        turns = json.loads(text) if text.startswith("[{") else None
        said = [f"{turn['role']}: {turn['content']}" for turn in turns or ()]
    except (ValueError, TypeError, KeyError, RecursionError):
        said = []
    return " | ".join(prose.short(line) for line in said) or prose.short(text)
