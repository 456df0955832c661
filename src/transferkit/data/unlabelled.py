"""Text without labels, for distillation: what no split holds already."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from transferkit.data import content, joined, memberships, moments
from transferkit.data.columns import TaskColumns, canonical
from transferkit.errors import DataError
from transferkit.language.parting import BLANKS, learned
from transferkit.table import prose
from transferkit.table.column_names import ASIDE, GROUP, TIME, WEIGHT
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding


def gathered(
    spare: Sequence[Rows], extra: Rows | None, parts: Mapping[str, Rows], task: TaskColumns, named: Mapping[str, str]
) -> tuple[Rows | None, list[Finding]]:
    """Unlabelled rows of the data (`spare`) and of an extra table, each text once; None if there are none.

    Texts that stand in any split are left out: they would carry test rows into training. So are rows of groups that
    are held out, and rows that are not older than what is held out, which a finding says.
    """
    tables = [rows for rows in spare if len(rows)]
    if extra is not None:
        tables.append(_unlabelled(extra, task, named, parts["train"]))
    if not tables:
        return None, []
    joined = tables[0]
    for table in tables[1:]:
        joined = joined.join(table)
    barred = _held_out_too(joined, parts)
    seen = {key for rows in parts.values() for key in content.keys(rows, task)}
    fresh = []
    for position, (key, blank) in enumerate(
        zip(content.keys(joined, task), content.is_blank(joined, task), strict=True)
    ):
        if not blank and key not in seen and not barred[position]:
            fresh.append(position)
            seen.add(key)
    kept = joined.take(np.asarray(fresh, dtype=np.int64)) if fresh else None
    return kept, _findings(joined.take(barred))


def _held_out_too(rows: Rows, parts: Mapping[str, Rows]) -> npt.NDArray[np.bool_]:
    """Which rows belong to a group that is held out, or are not older than what is."""
    barred = np.zeros(len(rows), dtype=bool)
    held = [parts[name] for name in ("validation", "test") if len(parts[name])]
    if GROUP in rows:
        groups = {value for part in held for value in part[GROUP]} - {None}
        barred |= np.array([value in groups for value in rows[GROUP]], dtype=bool)
    if TIME in rows and held:
        begin = min(min(part[TIME]) for part in held)
        kind = moments.kind_of(begin)
        barred |= np.array(
            [at is not None and (moments.kind_of(at) != kind or at >= begin) for at in rows[TIME]], dtype=bool
        )
    return barred


def _findings(barred: Rows) -> list[Finding]:
    if not len(barred):
        return []
    numbers = tuple(int(number) for number in barred.numbers)
    message = (
        f"{prose.counted(len(numbers))} without labels {prose.verb(len(numbers), 'is', 'are')} of groups or of a time "
        f"that are held out ({prose.shown(numbers)})"
    )
    return [Finding("unlabelled", "fixed", message, numbers, "left out of distillation")]


def _unlabelled(extra: Rows, task: TaskColumns, named: Mapping[str, str], train: Rows) -> Rows:
    wanted = {name: raw for name, raw in named.items() if name not in (task.target, WEIGHT)}
    inputs = {name: raw for name, raw in wanted.items() if joined.there(raw, extra.columns)}
    parting = learned(train["text"]) if task.shape.form.OF_WORDS else BLANKS
    rows, columns = canonical(extra, task, inputs, need_target=False, parting=parting)
    rows = memberships.read(rows, columns, strict=False)
    missing = [name for name in train.columns if name not in rows and name not in ASIDE]
    if missing:
        raise DataError(f"{extra.source or 'unlabelled data'}: expected a column {missing[0]!r} as in train")
    unknown = [None] * len(rows)
    cells = {name: rows.columns.get(name, unknown) for name in train.columns} | {task.target: unknown}
    return replace(rows, columns=cells)
