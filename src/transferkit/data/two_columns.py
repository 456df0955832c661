"""Which of two columns is read and which is written, where a model writes its answers."""

from collections.abc import Mapping

from transferkit.data import contents, doubts
from transferkit.data.columns import PREFERENCES, TaskColumns
from transferkit.data.contents import Content
from transferkit.table.column_names import ASIDE
from transferkit.table.rows import Rows

_LONGER = 1.5
_OF_TEXTS = (Content.TEXTS, Content.NAMES, Content.CATEGORIES)


def of(table: Rows, task: TaskColumns, called: Mapping[str, str]) -> dict[str, str]:
    """Canonical -> raw of what is not among `called`: the first column is read, the second is written. Nothing where
    there are not two columns of texts beside those that count rows or are empty, or where they are the better and the
    worse of two answers.

    Raises `DataError` where neither has a usual name, and the second has much longer texts: of a summary and a text
    that is the text.
    """
    roles = (*task.inputs, task.target)
    missing = [name for name in roles if name not in called]
    aside = [called[name] for name in ASIDE if name in called]
    columns = [contents.of(table, name) for name in table.columns if name not in aside]
    columns = [column for column in columns if column.content not in (Content.KEYS, Content.NOTHING)]
    if not task.shape.form.WRITTEN or len(roles) != len(columns) or not missing:
        return {}
    if {column.name for column in columns} in map(set, PREFERENCES):
        return {}
    known = {called[name] for name in roles if name in called}
    left = [column for column in columns if column.name not in known]
    if len(left) != len(missing) or any(column.content not in _OF_TEXTS for column in left):
        return {}
    if len(left) == len(roles) and left[1].words > _LONGER * left[0].words:
        raise doubts.which_is_written(table, left[0], left[1])
    return {name: column.name for name, column in zip(missing, left, strict=True)}
