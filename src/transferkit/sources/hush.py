"""Loading, training and writing without transformers' progress bars, and without warnings that are noise.

What is switched off here belongs to the whole process. The first thread to ask for it switches it off, and the last
one to leave brings the previous settings back, in whatever order they come and go.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger
from typing import Any

from transferkit.sources import noise
from transferkit.sources.shared_setting import SharedSetting

with noise.ignored():
    from transformers.utils import logging as untyped_logging

logging: Any = untyped_logging


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


_log_hushed, _warnings_hushed = SharedSetting(_without_noise_logged), SharedSetting(noise.ignored)


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
