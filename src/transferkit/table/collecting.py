"""Many rows at once, without the collector of reference cycles: it would go through all of them again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection within. Rows are plain lists and texts, which have no cycles."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@contextmanager
def left_alone() -> Iterator[None]:
    """As `paused`; and what is there at the end, modules and models that stay to the end of a process of our own, is
    never gone through again."""
    with paused():
        yield
        gc.freeze()
