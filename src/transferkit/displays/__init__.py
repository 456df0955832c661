"""Where messages and progress appear. One kind of place, one file."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Protocol

from rich.console import Console


class Display(Protocol):
    """What `made()` of every file of this folder gives. Its methods may be called from any thread."""

    def say(self, words: str, warns: bool) -> None:
        """Show a message; `warns` says that it is a warning."""

    def step(self, what: str, total: int | None, done: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show that `what` goes on, from `done` to `total`, None where nobody knows how far that is.

        Gives a function that takes the number of steps just done.
        """

    def close(self) -> None:
        """Nothing more comes for now."""


def usual() -> Display:
    """The display for where this process writes: a notebook, a terminal, or else lines for a pipe or a file."""
    console = Console(stderr=True)
    name = "lines"
    if console.is_jupyter:
        name = "notebook"
    elif console.is_terminal and not console.is_dumb_terminal:
        name = "terminal"
    display: Display = import_module(f"{__name__}.{name}").made()
    return display


def clock(seconds: float) -> str:
    """1:10, or 1:02:03 from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
