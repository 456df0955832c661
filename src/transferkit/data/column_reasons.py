"""Why a column is read as what it is read as, and which others could have been."""

from collections.abc import Collection, Mapping

from transferkit.data import joined
from transferkit.data.columns import TaskColumns, usual_names
from transferkit.errors import shown
from transferkit.table.column_names import plain
from transferkit.table.splits import NAMED


def of(
    columns: Mapping[str, str], reasons: Mapping[str, str], raw_columns: Collection[str], task: TaskColumns
) -> dict[str, str]:
    """Why `columns` (canonical -> raw name) are read, canonical name -> words.

    `reasons` has the kind of reason, for which columns that the user did not name are compared with the free ones.
    """
    read = {part for raw in columns.values() for part in (raw, *joined.parts(raw, raw_columns))}
    free = [raw for raw in raw_columns if raw not in read]
    words: dict[str, str] = {}
    for role in (role for role in columns if role in reasons):
        usual = usual_names(role, task)
        rivals = [] if reasons[role] == NAMED else [shown(name, 60) for name in free if plain(name) in usual]
        words[role] = reasons[role] + (f"; {' or '.join(rivals)} could be it too" if rivals else "")
    return words
