"""Draws that depend on their own seed alone, whatever other threads draw."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_DRAWING = (torch.multinomial, torch.Tensor.multinomial)


@contextmanager
def drawing_from(seed: int, device: torch.device) -> Iterator[None]:
    """While open, what this thread draws with `torch.multinomial` on `device` comes from a generator of its own.

    It gives what torch's own generator would after `torch.manual_seed(seed)`, and leaves that one, which all threads
    share, as it is. Transformers' `generate` takes no generator.
    """
    with _Drawing(torch.Generator(device).manual_seed(seed)):
        yield


def seed_step(seed: int) -> None:
    """As `torch.manual_seed(seed)`, for every step: where no GPU is in use, that one notes down where it was called
    from, for each kind of GPU, and keeps it."""
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(seed)


class _Drawing(TorchFunctionMode):
    """Torch keeps a stack of such modes per thread."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self.generator = generator

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        own = {"generator": self.generator} if func in _DRAWING else {}
        return func(*args, **{**(kwargs or {}), **own})
