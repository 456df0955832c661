"""What a cell holds -> what a task takes: text for inputs, a label or None for targets."""

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from itertools import chain
from numbers import Real
from typing import Any

import numpy as np

from transferkit.errors import DataError
from transferkit.table import printed
from transferkit.table.rows import Rows

_CONTROL = "\x02"
PRINTED = frozenset(("nan", "NaN", "NAN", "<NA>", "NaT"))
"""What pandas and NumPy print an empty cell as; it is no label."""
_NESTED = (dict, list, tuple, set, np.ndarray)


def text(cell: Any) -> str:
    """A cell as text: numbers are written out, a missing one (None, NaN) is "". Raises `ValueError` for a list."""
    if isinstance(cell, str):
        return str(cell) if cell.isascii() else whole(str(cell))
    if missing(cell):
        return ""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    try:
        written = None if isinstance(cell, _NESTED) else str(cell)
    except Exception:  # of a class of the user's own, or a whole number beyond what Python writes out
        written = None
    if written is None:
        raise ValueError(f"expected text, found a {type(cell).__name__}; name a column that holds text")
    return whole(written)


def inputs(cells: Sequence[Any], column: str, rows: Rows, reader: Callable[[Any], Any] = text) -> list[Any]:
    """Cells as values of an input, empty ones too. Raises `DataError` with row and column."""
    values = []
    for i, cell in enumerate(cells):
        try:
            values.append(reader(cell))
        except ValueError as error:
            where = f"{rows.source}: " if rows.source else ""
            raise DataError(f"{where}{rows.at(i)}, column {column!r}: {error}") from None
    return values


def whole(text: str) -> str:
    """`text` with U+FFFD for every half of a surrogate pair, which no file, tokenizer or hash takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def are_whole(cells: Sequence[Any]) -> bool:
    """Whether all are texts without half a surrogate pair."""
    if {*map(type, cells)} != {str}:
        return False
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True


def words_of(cells: Sequence[Any]) -> set[str] | None:
    """The different words of cells that are all lists of texts; None where a cell is something else."""
    if set(map(type, cells)) != {list}:
        return None
    try:
        words = set(chain.from_iterable(cells))
    except TypeError:  # lists inside
        return None
    return words if set(map(type, chain.from_iterable(cells))) <= {str} else None


def listed(cell: Any, column: str, rows: Rows, position: int) -> list[str] | None:
    """The words of a list, in whatever it is written; None for a text. Raises `DataError` for a missing word."""
    if not isinstance(cell, list | tuple | np.ndarray):
        return written_list(cell) or parted_by_control(cell)
    if isinstance(cell, np.ndarray) and cell.ndim == 0:
        return None
    if set(map(type, cell)) <= {str}:
        return cell if type(cell) is list else list(cell)
    for place, word in enumerate(cell, start=1):
        if isinstance(word, _NESTED) or missing(word):
            where = f"{rows.source}: " if rows.source else ""
            found = "none" if missing(word) else f"a {type(word).__name__}"
            raise DataError(
                f"{where}{rows.at(position)}, column {column!r}: expected a list of words, found {found} as "
                f"word {place}; fix that row"
            )
    return [str(word) for word in cell]


def parted_by_control(cell: Any) -> list[str] | None:
    """The words of a text with U+0002 between them, as PaddleNLP writes them; None for all else."""
    return cell.split(_CONTROL) if isinstance(cell, str) and _CONTROL in cell else None


def written_list(cell: Any) -> list[str] | None:
    """The words of a list written as text, in JSON or as Python or NumPy prints it; None for all else, also for
    `[ 1 ]`."""
    if not (isinstance(cell, str) and cell.lstrip().startswith(("['", '["')) and cell.rstrip().endswith("]")):
        return None
    try:
        words: list[Any] = printed.parsed(cell.strip())
    except ValueError:
        return None
    return words if all(isinstance(word, str) for word in words) else None


def targets(cells: Sequence[Any], nothing: Collection[str] = ()) -> list[Any]:
    """Cells as targets: text is stripped; None, NaN, blank text and what says `nothing` are None.

    Whole numbers that a missing neighbour turned into floats (1.0) become integers again.
    """
    if set(map(type, cells)) <= {str}:
        known = {cell: _stripped(cell, nothing) for cell in set(cells)}
        return [known[cell] for cell in cells]
    if (words := words_of(cells)) is not None and all(whole(word) is word for word in words):
        return [*cells]
    cleaned = [_target(cell, nothing) for cell in cells]
    floats = [cell for cell in cleaned if isinstance(cell, float)]
    if floats and all(cell.is_integer() for cell in floats):
        return [int(cell) if isinstance(cell, float) else cell for cell in cleaned]
    return cleaned


def read(cells: Sequence[Any], reader: Callable[[Any], Any], column: str, rows: Rows) -> list[Any]:
    """Every target as `reader` reads it, None where there is none. Raises `DataError` with row and column."""
    values: list[Any] = []
    known: dict[str, str] = {}  # a label is read once
    for i, cell in enumerate(cells):
        if type(cell) is str and cell in known:
            values.append(known[cell])
            continue
        try:
            values.append(None if cell is None else reader(cell))
            if type(cell) is type(values[-1]) is str:
                known[cell] = values[-1]
        except (ValueError, ArithmeticError) as error:
            where = f"{rows.source}: " if rows.source else ""
            raise DataError(f"{where}{rows.at(i)}, column {column!r}: {error}") from None
    return values


def names_in(target: Any) -> list[str]:
    """The labels that a target names: one, or those of a list."""
    return list(map(str, target)) if isinstance(target, list | tuple | set) else [str(target)]


def _stripped(cell: str, nothing: Collection[str]) -> str | None:
    text = whole(cell).strip()
    return None if text in nothing else text or None


def _target(cell: Any, nothing: Collection[str]) -> Any:
    if isinstance(cell, bytes):
        cell = cell.decode("utf-8", "replace")
    if isinstance(cell, str):
        return _stripped(cell, nothing)
    if isinstance(cell, list | tuple):
        if set(map(type, cell)) == {str} and ((text := "".join(cell)).isascii() or whole(text) is text):
            return cell if type(cell) is list else list(cell)
        return [whole(item) if isinstance(item, str) else item for item in cell]
    return None if missing(cell) else cell


def missing(cell: Any) -> bool:
    """Whether `cell` is None, NaN or another value that stands for nothing."""
    if type(cell) in (str, list):
        return False
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(cell, Decimal):
        return cell.is_nan()
    if isinstance(cell, np.datetime64 | np.timedelta64):
        return bool(np.isnat(cell))
    return isinstance(cell, Real) and bool(cell != cell)


def is_none(cell: Any) -> bool:
    """Whether one of several labels is none: missing, or text that a missing value was printed as."""
    return missing(cell) or (isinstance(cell, str) and cell.strip() in PRINTED)


def label_key(target: Any, in_order: bool = False) -> str:
    """A target as a comparable text: 1 and "1" are one label, the order of several labels is of no account unless they
    are tags, which stand `in_order`."""
    if type(target) is str:
        return target
    if in_order:
        return "\x1f".join(map(str, target))
    if isinstance(target, list | tuple | set):
        return "\x1f".join(sorted(map(str, target)))
    return str(target)
