"""Progress with the time left, for everything that takes more than a moment."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from transferkit.displays import Display
from transferkit.displays.lines import Lines

log = logging.getLogger("transferkit")

_silent = ContextVar("silent", default=False)
_subject = ContextVar("subject", default="")
_display: Display = Lines()


@contextmanager
def progress(what: str, total: int | None = None, done: int = 0) -> Iterator[Callable[[int], None]]:
    """Show `what` advancing from `done` to `total`; yields a function taking the number of steps just done.

    Without a total it shows that something goes on, and how long it has. A terminal or a notebook gets a bar, anything
    else log lines. Whatever goes on at the same time, within or in another thread, has its bar below. Within `titled`
    it says whose it is.
    """
    if _silent.get() or not log.isEnabledFor(logging.INFO):
        yield lambda _steps: None
        return
    with _display.step(_named(what), total, done) as advance:
        yield advance


@contextmanager
def titled(subject: str) -> Iterator[None]:
    """What goes on within belongs to `subject`, the title of a route: of several that learn, each reads and fits."""
    before = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(before)


def _named(what: str) -> str:
    subject = _subject.get()
    return what if not subject or what.startswith(f"{subject}: ") else f"{subject}: {what}"


@contextmanager
def silently() -> Iterator[None]:
    """Show no progress within."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


def is_silent() -> bool:
    """Whether no progress is to be shown here."""
    return _silent.get()


def show_on(display: Display | None) -> Display:
    """Show progress on `display`, as lines in the log where it is None; returns where it was shown before."""
    global _display
    before, _display = _display, display or Lines()
    return before
