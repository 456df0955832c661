"""Errors that scikit-learn, too, knows for what they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from transferkit.errors import ConfigError, DataError, SourceError


class InvalidDataError(DataError, ValueError):
    """Texts, labels or weights that cannot be used; also a `ValueError`, which scikit-learn raises for these."""


class InvalidParameterError(ConfigError, ValueError):
    """A parameter that makes no sense; also a `ValueError`, which scikit-learn raises for these."""


class InvalidModelError(SourceError, ValueError):
    """The name of a model that there is not or that cannot be read; also a `ValueError`, as it is a parameter."""


@contextmanager
def refusing() -> Iterator[None]:
    """Within, what is wrong with data and parameters is raised as a `ValueError` too."""
    try:
        yield
    except (DataError, ConfigError) as error:
        if isinstance(error, ValueError):
            raise
        kind = InvalidDataError if isinstance(error, DataError) else InvalidParameterError
        also = kind(*error.args)
        for note in getattr(error, "__notes__", ()):
            also.add_note(note)
        raise also from None
