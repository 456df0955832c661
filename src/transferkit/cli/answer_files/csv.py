"""Comma-separated values with a header, or what else separates in the file that is answered."""

from contextlib import AbstractContextManager
from pathlib import Path

from transferkit.cli.answer_files import Write, separated

TABLE = True
NESTED = False


def opened(path: Path, marked: bool = False, delimiter: str = ",") -> AbstractContextManager[Write]:
    """See `AnswerFile`."""
    return separated(path, delimiter, marked)
