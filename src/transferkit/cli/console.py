"""What appears on the terminal: answers on stdout, progress and messages on stderr, nothing of other libraries."""

import logging
import os
import shutil
import sys
import warnings
from io import TextIOWrapper

from rich.console import Console
from rich.logging import RichHandler

from transferkit import progress

_WIDTH = 120
_SILENCE = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "DATASETS_VERBOSITY": "error",
}


def hush_libraries(debug: bool = False) -> None:
    """Silence bars, notices and telemetry of the libraries used, and show our own messages on stderr.

    Only works before those libraries are imported. With `debug` their warnings stay.
    """
    for name, value in _SILENCE.items():
        os.environ.setdefault(name, value)
    if not debug:
        warnings.filterwarnings("ignore")
    log = logging.getLogger("transferkit")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.handlers = [_handler()]


def write_what_can_be() -> None:
    """Escape what a terminal's encoding does not have (\\u6b63), where Python would raise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def be_quiet() -> None:
    """Only warnings and errors from now on; no progress."""
    logging.getLogger("transferkit").setLevel(logging.WARNING)


def out() -> Console:
    """Where answers go; as wide as the terminal, or 120 columns where there is none."""
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    return Console(width=width if sys.stdout.isatty() else max(width, _WIDTH), highlight=False, emoji=False)


def _handler() -> logging.Handler:
    if progress.console.is_terminal:
        return RichHandler(
            console=progress.console, show_path=False, show_level=False, markup=False, log_time_format="%H:%M:%S"
        )
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    return handler
