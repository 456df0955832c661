"""Loading without transformers' progress bars, load reports and warnings about new heads."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from transformers.utils import logging as untyped_logging

logging: Any = untyped_logging


@contextmanager
def hushed() -> Iterator[None]:
    """Only errors are shown within; the previous settings come back afterwards."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
