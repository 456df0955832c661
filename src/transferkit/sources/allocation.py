"""Memory that a step of a model frees stays with the process for the next step.

glibc gives it back to the system again and again, and the system fills with zeros, page by page, what it hands out
anew: a tenth of the time of a small model. Other allocators are left as they are.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from transferkit.sources.shared_setting import SharedSetting

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h
_MOST = 32 * 2**20  # of the second that glibc takes, and what it arrives at by itself; the first is then twice that
_NEVER = 2**31 - 1


@contextmanager
def _kept() -> Iterator[None]:
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        yield
        return
    library.mallopt(_MMAP_THRESHOLD, _MOST)
    library.mallopt(_TRIM_THRESHOLD, _NEVER)
    yield
    library.mallopt(_TRIM_THRESHOLD, 2 * _MOST)


freed_kept = SharedSetting(_kept)
"""While open, what is freed is kept; afterwards up to 64 MB of it."""


def give_back() -> None:
    """Give back what was kept."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
