"""File formats: one per file, each with its `SUFFIXES` and `batches(path, size, encoding) -> Iterator[Rows]`."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

from transferkit.errors import DataError
from transferkit.places import beside
from transferkit.reading import compression, signatures
from transferkit.table.rows import Rows


class Format(Protocol):
    """What a file in this folder must hold."""

    SUFFIXES: tuple[str, ...]
    BINARY: bool

    def batches(self, path: Path, size: int, encoding: str) -> Iterator[Rows]:
        """The rows of `path` under their raw column names, at most `size` at a time. What is `BINARY` has no
        encoding."""


@cache
def by_suffix() -> dict[str, Format]:
    """Every supported suffix and the format that reads it."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return {suffix: cast(Format, module) for module in modules for suffix in module.SUFFIXES}


def of(path: Path) -> Format:
    """The format of `path`, told by its suffix alone."""
    if path.is_dir():
        raise DataError(f"{path}: expected a file, found a folder; name one of its files")
    suffix = compression.stored_suffix(path)
    if suffix not in by_suffix():
        if path.exists():
            signatures.refuse_others(path, suffix)
        compression.refuse_address(path)
        known = ", ".join(sorted(by_suffix()))
        gone = "" if path.exists() else "no such file, and "
        raise DataError(
            f"{path}: {gone}{f'the suffix {suffix!r} is not known' if suffix else 'no suffix'}; supported are {known}, "
            f"each plain or with {' or '.join(compression.SUFFIXES)}{beside(path) if gone else ''}"
        )
    return by_suffix()[suffix]
