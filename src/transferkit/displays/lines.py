"""Pipes, files and logs: a line at a time, of progress one after 2 seconds and then every 15."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from transferkit.errors import printable

log = logging.getLogger("transferkit")

_FIRST_LINE_SECONDS = 2.0
_LINE_EVERY_SECONDS = 15.0


class Lines:
    """Messages with the time of day. Progress goes through the log, so that a user's own logging shows it too."""

    def say(self, words: str, warns: bool) -> None:
        print(f"{datetime.now():%H:%M:%S} {'! ' * warns}{printable(words)}", file=sys.stderr, flush=True)

    @contextmanager
    def step(self, what: str, total: int | None, done: int) -> Iterator[Callable[[int], None]]:
        if total is None:
            log.info("%s", what)
        yield _Counted(what, total, done, done)

    def close(self) -> None:
        """There is nothing to end."""


def made() -> Lines:
    return Lines()


@dataclass
class _Counted:
    what: str
    total: int | None
    before: int
    done: int
    started: float = field(default_factory=lambda: time.monotonic())
    next: float = 0.0

    def __post_init__(self) -> None:
        self.next = self.started + _FIRST_LINE_SECONDS

    def __call__(self, steps: int) -> None:
        self.done += steps
        now = time.monotonic()
        if now < self.next or self.done <= self.before:
            return
        self.next = now + _LINE_EVERY_SECONDS
        if self.total is None:
            log.info("%s: %d so far", self.what, self.done)
        else:
            left = (now - self.started) / (self.done - self.before) * (self.total - self.done)
            log.info("%s: %d of %d, about %.0f s left", self.what, self.done, self.total, left)
