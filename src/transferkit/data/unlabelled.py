"""Text without labels, for distillation: what no split holds already."""

from collections.abc import Mapping, Sequence

import numpy as np

from transferkit.data import content
from transferkit.data.columns import TaskColumns, canonical
from transferkit.data.rows import Rows
from transferkit.errors import DataError


def gathered(
    spare: Sequence[Rows], extra: Rows | None, parts: Mapping[str, Rows], task: TaskColumns, named: Mapping[str, str]
) -> Rows | None:
    """Unlabelled rows of the data (`spare`) and of an extra table, each text once; None if there are none.

    Texts that stand in any split are left out: they would carry test rows into training.
    """
    tables = [rows for rows in spare if len(rows)]
    if extra is not None:
        tables.append(_unlabelled(extra, task, named, parts["train"]))
    if not tables:
        return None
    joined = tables[0]
    for table in tables[1:]:
        joined = joined.join(table)
    seen = {key for rows in parts.values() for key in content.keys(rows, task)}
    fresh = []
    for position, (key, blank) in enumerate(
        zip(content.keys(joined, task), content.is_blank(joined, task), strict=True)
    ):
        if not blank and key not in seen:
            fresh.append(position)
            seen.add(key)
    return joined.take(np.asarray(fresh, dtype=np.int64)) if fresh else None


def _unlabelled(extra: Rows, task: TaskColumns, named: Mapping[str, str], train: Rows) -> Rows:
    inputs = {name: raw for name, raw in named.items() if name != task.target and raw in extra}
    rows, _ = canonical(extra, task, inputs, need_target=False)
    missing = [name for name in train.columns if name not in rows]
    if missing:
        raise DataError(f"{extra.source or 'unlabelled data'}: expected a column {missing[0]!r} as in train")
    columns = {name: rows[name] for name in train.columns} | {task.target: [None] * len(rows)}
    return Rows(columns, rows.numbers, rows.source)
