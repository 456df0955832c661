"""Progress with the time left, for everything that takes more than a moment."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

log = logging.getLogger("transferkit")
console = Console(stderr=True)

_FIRST_LINE_SECONDS = 2.0
_LINE_EVERY_SECONDS = 15.0
_silent = ContextVar("silent", default=False)


@contextmanager
def progress(what: str, total: int, done: int = 0) -> Iterator[Callable[[int], None]]:
    """Show `what` advancing from `done` to `total`; yields a function taking the number of steps just done.

    A terminal gets a bar, anything else a log line after 2 seconds and then every 15.
    """
    if _silent.get():
        yield lambda _steps: None
    elif console.is_terminal and log.isEnabledFor(logging.INFO):
        with _bar() as bar:
            task = bar.add_task(what, total=total, completed=done)
            yield lambda steps: bar.advance(task, steps)
    else:
        yield _Lines(what, total, done)


@contextmanager
def silently() -> Iterator[None]:
    """Show no progress within: what is done there repeats itself, so that its counts would mislead."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


class _Lines:
    def __init__(self, what: str, total: int, done: int) -> None:
        self.what, self.total, self.before, self.done = what, total, done, done
        self.started = time.monotonic()
        self.next = self.started + _FIRST_LINE_SECONDS

    def __call__(self, steps: int) -> None:
        self.done += steps
        now = time.monotonic()
        if now >= self.next and self.done > self.before:
            self.next = now + _LINE_EVERY_SECONDS
            left = (now - self.started) / (self.done - self.before) * (self.total - self.done)
            log.info("%s: %d of %d, about %.0f s left", self.what, self.done, self.total, left)
