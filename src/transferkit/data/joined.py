"""Several columns that are named as one, `title,body`: which they are, and their texts as one."""

import csv
from collections.abc import Collection, Mapping
from dataclasses import replace

from transferkit.places import listed
from transferkit.table import values
from transferkit.table.rows import Rows


def parts(raw: str, names: Collection[str]) -> list[str]:
    """The columns that `raw` names: itself where there is a column of that name, or else those between its commas, or
    between those of Chinese where these are columns."""
    if raw in names:
        return [raw]
    found = [part.strip() for part in next(csv.reader([raw], skipinitialspace=True), [])]
    apart = listed(raw)
    return apart if all(part in names for part in apart) else found


def there(raw: str, names: Collection[str]) -> bool:
    """Whether every column that `raw` names is one of `names`."""
    return all(part in names for part in parts(raw, names))


def of_columns(chosen: Mapping[str, str], names: Collection[str]) -> tuple[str, ...]:
    """Which of `names` the columns `chosen` (canonical -> raw) are read from, each once."""
    return tuple(dict.fromkeys(part for raw in chosen.values() for part in parts(raw, names) if part in names))


def written(columns: Collection[str]) -> str:
    """What `parts` reads `columns` from."""
    return ",".join(f'"{name}"' if "," in name else name for name in columns)


def with_texts(rows: Rows, named: Mapping[str, str], inputs: Collection[str]) -> Rows:
    """`rows` with a column of the name that an input of several columns has in `named`, in place of these columns.

    Its cells have a line `name: value` for every column that is not empty there.
    """
    several = {
        raw: names for name, raw in named.items() if name in inputs and len(names := parts(raw, rows.columns)) > 1
    }
    several = {raw: names for raw, names in several.items() if there(raw, rows.columns)}
    if not several:
        return rows
    joined = {raw: _texts(rows, names) for raw, names in several.items()}
    used = {part for names in several.values() for part in names} - set(named.values())
    left = {name: cells for name, cells in rows.columns.items() if name not in used}
    return replace(rows, columns={**left, **joined})


def _texts(rows: Rows, names: Collection[str]) -> list[str]:
    columns = {name: values.inputs(rows[name], name, rows) for name in names}
    return [
        "\n".join(f"{name}: {cells[i]}" for name, cells in columns.items() if not _is_empty(cells[i]))
        for i in range(len(rows))
    ]


def _is_empty(cell: str) -> bool:
    """Whether a cell is blank, or text that an empty one was printed as."""
    return not cell.strip() or values.is_none(cell)
