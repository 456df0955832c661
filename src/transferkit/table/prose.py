"""How rows are counted and named in findings and errors."""

from collections.abc import Iterable, Sequence

MOST_SHOWN = 5
LONGEST = 300  # signs


def shown(numbers: Iterable[int], unit: str = "row") -> str:
    """`row 3`, `rows 3, 8` or `rows 1, 2, 3, 4, 5 and 40 more`, or of another `unit` than rows."""
    listed = list(numbers)
    if len(listed) == 1:
        return f"{unit} {listed[0]}"
    rest = f" and {len(listed) - MOST_SHOWN:,} more" if len(listed) > MOST_SHOWN else ""
    return f"{unit}s {', '.join(map(str, listed[:MOST_SHOWN]))}{rest}"


def counted(count: int, noun: str = "row") -> str:
    """`1 row`, `2,000 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def verb(count: int, singular: str, plural: str) -> str:
    """1 row `has`, 2 rows `have`."""
    return singular if count == 1 else plural


def of(name: str) -> str:
    """` of train`, or nothing where there is one table only."""
    return f" of {name}" if name else ""


def short(text: str) -> str:
    """A text in one line, its middle left out where it is long."""
    line = " ".join(text.split())
    if len(line) <= LONGEST:
        return line
    half = LONGEST // 2
    return f"{line[:half]} ... {line[-half:]}"


def either(words: Sequence[str]) -> str:
    """a, b or c."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
