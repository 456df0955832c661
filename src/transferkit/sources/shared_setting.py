"""A setting of the whole process that several threads ask for at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


class SharedSetting:
    """A change of settings that all threads share: made for the first of those within, undone after the last, in
    whatever order they come and go."""

    def __init__(self, change: Callable[[], AbstractContextManager[None]]) -> None:
        self._change = change
        self._lock = threading.Lock()
        self._within = 0
        self._made: AbstractContextManager[None] | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._within:
                self._made = self._change()
                self._made.__enter__()
            self._within += 1
        try:
            yield
        finally:
            with self._lock:
                self._within -= 1
                if not self._within and self._made is not None:
                    self._made.__exit__(None, None, None)
