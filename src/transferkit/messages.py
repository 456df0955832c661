"""What is said while something goes on: to the user's own logging where that shows it, else on a display."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from transferkit import displays, progress
from transferkit.displays import Display

log = logging.getLogger("transferkit")


@contextmanager
def shown(wanted: bool = True) -> Iterator[None]:
    """Show messages and progress within; if they are not `wanted`, warnings alone.

    The logging of the user stays as it is. Handlers that show our messages get them, and nothing is shown twice; a
    level above INFO that is set for the logger `transferkit` holds here too.
    """
    if not wanted:
        with progress.silently():
            yield
        return
    _shown.begin()
    try:
        yield
    finally:
        _shown.end()


def take_over(level: int = logging.INFO) -> None:
    """Show messages and progress from now on: this program is ours, and so is its logging."""
    display = displays.usual()
    log.handlers, log.propagate = [_Handler(display, (), 0)], False
    log.setLevel(level)
    progress.show_on(display)


class _Handler(logging.Handler):
    """Shows messages on a display. `theirs` are the user's handlers, which get what they would get without this one,
    from `level` on; what one of them shows is not shown again."""

    def __init__(self, display: Display, theirs: Sequence[logging.Handler], level: int) -> None:
        super().__init__()
        self.display, self.theirs, self.level_of_theirs = display, theirs, level

    def emit(self, record: logging.LogRecord) -> None:
        taken = [h for h in self.theirs if record.levelno >= max(h.level, self.level_of_theirs)]
        for handler in taken:
            handler.handle(record)
        wanted = record.levelno >= (logging.WARNING if progress.is_silent() else logging.INFO)
        if not wanted or any(map(_shows, taken)):
            return
        try:
            self.display.say(record.getMessage(), record.levelno >= logging.WARNING)
        except Exception:
            self.handleError(record)


@dataclass
class _Shown:
    """Our handler is there from the first who wants it to the last: threads share one logging."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    within: int = 0
    handler: _Handler | None = None
    before: tuple[list[logging.Handler], bool, int] = ([], True, logging.NOTSET)

    def begin(self) -> None:
        with self.lock:
            self.within += 1
            if self.within > 1 or log.level > logging.INFO:
                return
            theirs, level = _reached(), log.getEffectiveLevel()
            if any(_shows(handler) and max(handler.level, level) <= logging.INFO for handler in theirs):
                return
            self.before = log.handlers, log.propagate, log.level
            self.handler = _Handler(displays.usual(), theirs, level)
            log.handlers, log.propagate = [self.handler], False
            log.setLevel(min(level, logging.INFO))
            progress.show_on(self.handler.display)

    def end(self) -> None:
        with self.lock:
            self.within -= 1
            if self.within or self.handler is None:
                return
            progress.show_on(None)
            self.handler.display.close()
            handlers, log.propagate, level = self.before
            log.handlers = handlers
            log.setLevel(level)
            self.handler = None


_shown = _Shown()


def _reached() -> list[logging.Handler]:
    """The handlers that our messages reach."""
    found: list[logging.Handler] = []
    logger: logging.Logger | None = log
    while logger is not None:
        found += logger.handlers
        logger = logger.parent if logger.propagate else None
    return found


def _shows(handler: logging.Handler) -> bool:
    """Whether what `handler` is given may be before the user's eyes: in a file it is not."""
    return not isinstance(handler, logging.FileHandler | logging.NullHandler)
