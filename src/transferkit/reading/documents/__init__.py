"""What one JSON document may hold besides plain rows: one published form per file, each with `fits` and `records`."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol, cast

Record = dict[str, Any]


class Form(Protocol):
    """What a file in this folder must hold."""

    def fits(self, whole: Any) -> bool:
        """Whether the document, as it is parsed, is of this form."""

    def records(self, whole: Any, path: Path) -> Iterator[Record]:
        """Its rows, column -> value. Raises `DataError` where it breaks its form."""


@cache
def _forms() -> tuple[Form, ...]:
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(cast(Form, import_module(f"{__name__}.{name}")) for name in names)


def of(whole: Any) -> Form | None:
    """The form that a document has, None where it is none of these."""
    return next((form for form in _forms() if form.fits(whole)), None)
