"""What stands between the names in a column of several labels: one answer for the whole column."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from transferkit.errors import DataError, shown

NONE = "none"
"""Asked for where every cell is one name."""
MARKS = ("|｜", ";；", "、", ",，", "#")  # noqa: RUF001
"""Signs that part names, the likeliest first; those of one width and the other are one."""
_CLEAR = MARKS[:2]
_USUAL_SIZE = 3


@dataclass(frozen=True)
class Separator:
    """The signs that part names, none for cells of one name each; `kept` are others that stay parts of names."""

    signs: str
    kept: str = ""

    def parted(self, cell: str) -> list[str]:
        """The names in a cell."""
        return _parted(cell, self.signs)


def asked_for(signs: str) -> Separator:
    """The separator that the user names: every sign of it parts names."""
    return Separator("" if signs.strip().lower() == NONE else "".join(signs.split()) or signs)


def of(cells: Iterable[str], known: Collection[str], where: str) -> Separator:
    """The separator of a column with these `cells`: the one under which it has the fewest different names, or where
    they are `known` the most of them.

    A comma, `、` or `#` may as well be a part of a name. Raises `DataError` where the column has fewer names with it
    than without.
    """
    different = list(dict.fromkeys(cell.strip() for cell in cells))
    there = [signs for signs in MARKS if any(sign in cell for sign in signs for cell in different)]
    there = [signs for signs in there if signs != "#" or _between(different)]
    if not there:
        return Separator("")
    counts = {signs: _unlike(different, signs, known) for signs in ("", *there)}
    clear = [signs for signs in there if signs in _CLEAR]
    best = min(clear or there, key=lambda signs: (counts[signs], MARKS.index(signs)))
    if not known and not clear and counts[best] > counts[""]:
        _refuse(different, best, where)
    if known and counts[""] < counts[best]:
        best = ""
    return Separator(best, "".join(sign for signs in there if signs != best for sign in signs))


def _unlike(different: Sequence[str], signs: str, known: Collection[str]) -> int:
    """How many names there are, or where some are `known` how many others."""
    return len({name for cell in different for name in _parted(cell, signs)} - set(known))


def _parted(cell: str, signs: str) -> list[str]:
    for sign in signs[1:]:
        cell = cell.replace(sign, signs[0])
    return [part.strip() for part in (cell.split(signs[0]) if signs else [cell]) if part.strip()]


def _between(different: Sequence[str]) -> bool:
    """Whether `#` always stands between two names: it also ends some, C#."""
    return all(all(part.strip() for part in cell.split("#")) for cell in different)


def _refuse(different: Sequence[str], signs: str, where: str) -> None:
    odd = [cell for cell in different if any(sign in cell for sign in signs)]
    listed = ", ".join(shown(cell, 40) for cell in odd[:_USUAL_SIZE])
    raise DataError(
        f"{where}: expected {signs[0]!r} to separate labels that also occur alone or beside others, found "
        f"{listed}, whose parts do not, so it may belong to the names; say which with --label-separator "
        f"'{signs[0]}' or --label-separator {NONE}"
    )
