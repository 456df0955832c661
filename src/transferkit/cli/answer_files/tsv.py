"""Tab-separated values with a header."""

from contextlib import AbstractContextManager
from pathlib import Path

from transferkit.cli.answer_files import Write, separated

TABLE = True
NESTED = False


def opened(path: Path, marked: bool = False, delimiter: str = ",") -> AbstractContextManager[Write]:
    """See `AnswerFile`."""
    return separated(path, "\t", marked)
