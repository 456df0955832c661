"""Files in two encodings, as those are that were joined: some lines are UTF-8, others are not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from transferkit.reading import compression

_SURE = re.compile(
    r"[\u0800-\ufffc].*[\u0800-\ufffc]|[A-Za-z][\u00c0-\u024f]|[\u00c0-\u024f][A-Za-z]|[\u0370-\u06ff]{4}"
)
"""What bytes of another encoding hardly ever give if they are read as UTF-8."""
_FEWEST = 2
_AT_ONCE, _SHOWN = 2**18, 5


@dataclass(frozen=True)
class Mixture:
    """The numbers of the lines that are UTF-8 beyond ASCII, and of those that are not UTF-8."""

    right: Sequence[int]
    wrong: Sequence[int]

    def __str__(self) -> str:
        right, wrong = map(_listed, (self.right, self.wrong))
        return f"two encodings: {right} UTF-8, {wrong} not"


def of(path: Path) -> Mixture | None:
    """The lines of a file that is not UTF-8 as a whole, None where it is in one encoding."""
    right, wrong = [], []
    for number, line in enumerate(_lines(path), start=1):
        if line.isascii():
            continue
        try:
            sure = _SURE.search(line.decode())
        except UnicodeError:
            wrong.append(number)
            continue
        if sure:
            right.append(number)
    return Mixture(right, wrong) if min(len(right), len(wrong)) >= _FEWEST else None


def _listed(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else ""
    return f"lines {', '.join(map(str, numbers[:_SHOWN]))}{more} are"


def _lines(path: Path) -> Iterator[bytes]:
    rest = b""
    for chunk in compression.chunks(path, _AT_ONCE):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
    yield rest
