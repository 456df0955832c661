"""Progress with the time left, for everything that takes more than a moment."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

log = logging.getLogger("transferkit")
console = Console(stderr=True)

_FIRST_LINE_SECONDS = 2.0
_LINE_EVERY_SECONDS = 15.0
_silent = ContextVar("silent", default=False)
_asked_for = ContextVar("asked_for", default=False)


@contextmanager
def progress(what: str, total: int, done: int = 0) -> Iterator[Callable[[int], None]]:
    """Show `what` advancing from `done` to `total`; yields a function taking the number of steps just done.

    A terminal gets a bar, anything else a log line after 2 seconds and then every 15. Whatever goes on at the same
    time, within or in another thread, has its bar below.
    """
    if _silent.get():
        yield lambda _steps: None
    elif console.is_terminal and (_asked_for.get() or log.isEnabledFor(logging.INFO)):
        with _display.shown() as bars:
            task = bars.add_task(what, total=total, completed=done)
            try:
                yield lambda steps: bars.advance(task, steps)
            finally:
                bars.remove_task(task)
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


@contextmanager
def asked_for() -> Iterator[None]:
    """Show progress within, whatever is logged: somebody has asked for it."""
    before = _asked_for.set(True)
    try:
        yield
    finally:
        _asked_for.reset(before)


@dataclass
class _Display:
    """The one live display that a console may have: begun with the first bar, gone with the last."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    bars: Progress = field(default_factory=lambda: _bars())
    users: int = 0

    @contextmanager
    def shown(self) -> Iterator[Progress]:
        with self.lock:
            if not self.users:
                self.bars = _bars()
                self.bars.start()
            self.users += 1
            bars = self.bars
        try:
            yield bars
        finally:
            with self.lock:
                self.users -= 1
                if not self.users:
                    bars.stop()


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


_display = _Display()


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
            words, values = "%s: %d of %d, about %.0f s left", (self.what, self.done, self.total, left)
            if _asked_for.get() and not log.isEnabledFor(logging.INFO):
                console.print(words % values, highlight=False)
            else:
                log.info(words, *values)
