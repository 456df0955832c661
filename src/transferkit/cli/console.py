"""What appears on the terminal: answers on stdout, progress, messages and warnings on stderr."""

import logging
import os
import shutil
import sys
import warnings
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from rich.console import Console

from transferkit import messages
from transferkit.sources import noise

log = logging.getLogger("transferkit")

_WIDTH = 120
_SETTINGS = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
}
_INSTALLED = ("site-packages", "dist-packages")


def begin(debug: bool = False) -> None:
    """Switch off telemetry and bars of the libraries used, hide the warnings of theirs that mean nothing to a user, and
    show the others and our own messages on stderr.

    Only works before those libraries are imported. With `debug` all of their warnings are shown.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    if debug:
        noise.show_all()
    noise.ignore_warnings()
    warnings.showwarning = _show_warning
    messages.take_over()


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


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning of a library as one line that names the library."""
    parts = Path(filename).parts
    package = next((parts[i + 1] for i, part in enumerate(parts[:-1]) if part in _INSTALLED), Path(filename).name)
    log.warning("%s: %s", package.removesuffix(".py"), " ".join(str(message).split()))
