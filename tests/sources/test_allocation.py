"""What a step frees is there for the next."""

import ctypes
import resource

import pytest
import torch

from transferkit.sources.allocation import freed_kept, give_back

ON_GLIBC = hasattr(ctypes.CDLL(None), "mallopt")


def pages_faulted(steps: int) -> int:
    """While as many times 100 MB are taken, filled and freed."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        held = [torch.ones(5_000_000) for _ in range(5)]
        del held
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(not ON_GLIBC, reason="another allocator")
def test_pages_are_faulted_in_once() -> None:
    with freed_kept(), freed_kept():
        pages_faulted(1)
        assert pages_faulted(10) < 20_000  # not ten times 24,400
    give_back()
    assert pages_faulted(1) > 10_000


def test_memory_is_given_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), freed_kept():
        raise ZeroDivisionError
    give_back()
    assert not ON_GLIBC or pages_faulted(1) > 10_000
