"""Why a column is read as what it is read as, and which others could have been."""

from collections.abc import Collection, Mapping, Sequence

from transferkit.data import joined
from transferkit.data.columns import TaskColumns, usual_names
from transferkit.errors import shown
from transferkit.table.column_names import PAIRS, plain


def of(
    columns: Mapping[str, str], asked: Collection[str], raw_columns: Collection[str], task: TaskColumns
) -> dict[str, str]:
    """What `columns` (canonical -> raw name) are read for, canonical name -> words.

    `asked` are the canonical names of those that the user named; columns that were made of others have no reason.
    """
    read = {part for raw in columns.values() for part in (raw, *joined.parts(raw, raw_columns))}
    free = [raw for raw in raw_columns if raw not in read]
    return {
        role: words for role, raw in columns.items() if (words := _words(role, raw, asked, raw_columns, free, task))
    }


def _words(
    role: str, raw: str, asked: Collection[str], raw_columns: Collection[str], free: Sequence[str], task: TaskColumns
) -> str:
    if role in asked:
        return "as named"
    if raw not in raw_columns:
        return ""
    usual = {*usual_names(role, task), *(name for pair in PAIRS for name in pair if role in ("text", "text_pair"))}
    how = "by its name" if plain(raw) in usual else "by its content"
    rivals = [name for name in free if plain(name) in usual_names(role, task)]
    return f"{how}; {' or '.join(shown(name, 60) for name in rivals)} could be it too" if rivals else how
