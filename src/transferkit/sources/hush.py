"""Loading, training and writing without transformers' progress bars, and without warnings that are noise.

What is switched off here belongs to the whole process. The first thread to ask for it switches it off, and the last
one to leave brings the previous settings back, in whatever order they come and go.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from logging import getLogger
from typing import Any

from transferkit.sources import noise

with noise.ignored():
    from transformers.utils import logging as untyped_logging

logging: Any = untyped_logging


class _Shared:
    """A change of settings that all threads share: made for the first of those within, undone after the last."""

    def __init__(self, change: Callable[[], AbstractContextManager[None]]) -> None:
        self._change = change
        self._lock = threading.Lock()
        self._within = 0
        self._made: AbstractContextManager[None] | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._within:
                self._made = self._change()
                self._made.__enter__()
            self._within += 1
        try:
            yield
        finally:
            with self._lock:
                self._within -= 1
                if not self._within and self._made is not None:
                    self._made.__exit__(None, None, None)


@contextmanager
def _without_noise_logged() -> Iterator[None]:
    bars, unknown = logging.is_progress_bar_enabled(), noise.Unknown()
    # Records also reach the root's handlers where an application, or transformers itself with CI set, asks for it.
    handlers = [handler for name in ("", *noise.LOGGERS) for handler in getLogger(name).handlers]
    for handler in handlers:
        handler.addFilter(unknown)
    logging.disable_progress_bar()
    yield
    for handler in handlers:
        handler.removeFilter(unknown)
    if bars:
        logging.enable_progress_bar()


_log_hushed, _warnings_hushed = _Shared(_without_noise_logged), _Shared(noise.ignored)


@contextmanager
def hushed() -> Iterator[None]:
    """No bars and no noise within; the previous settings come back afterwards."""
    with log_hushed(), _warnings_hushed():
        yield


@contextmanager
def log_hushed() -> Iterator[None]:
    """Transformers logs no noise within. Python's own warnings stay as they are: a model in use, in any thread, has no
    business with their filters, which a caller may have changed."""
    with _log_hushed():
        yield
