"""Tab-separated values with a header."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from transferkit.cli.answer_files import Line, Write, named

TABLE = True
NESTED = False


@contextmanager
def opened(path: Path) -> Iterator[Write]:
    """See `AnswerFile`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table, header = csv.writer(file, delimiter="\t"), list[str]()

        def write(lines: Sequence[Line]) -> None:
            if lines and not header:
                header.extend(lines[0])
                table.writerow(header)
            table.writerows(named(lines, header))

        yield write
