"""Progress while all of a file is read, in megabytes; what takes a moment only is not told."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from transferkit.progress import progress

_MB = 2**20
_SILENT_SECONDS = 1.0
_wanted = ContextVar("wanted", default=False)


@contextmanager
def told() -> Iterator[None]:
    """Show progress of the files read within. Who reads a file batch by batch tells of its own work instead."""
    before = _wanted.set(True)
    try:
        yield
    finally:
        _wanted.reset(before)


@contextmanager
def of(path: Path) -> Iterator[Callable[[int], None]]:
    """For one pass over `path`; yields a function that takes how many of its bytes have been read so far."""
    if not _wanted.get():
        yield lambda _read: None
        return
    with ExitStack() as stack:
        yield _Pass(path, stack)


@dataclass
class _Pass:
    path: Path
    stack: ExitStack
    started: float = field(default_factory=time.monotonic)
    shown: int = 0
    advance: Callable[[int], None] | None = None

    def __call__(self, read: int) -> None:
        done = read // _MB
        if self.advance is None:
            if time.monotonic() - self.started < _SILENT_SECONDS:
                return
            total = max(1, self.path.stat().st_size // _MB)
            self.shown = done
            self.advance = self.stack.enter_context(progress(f"reading {self.path.name}, MB", total, done))
        if done > self.shown:
            self.advance(done - self.shown)
            self.shown = done
