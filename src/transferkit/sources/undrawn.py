"""Networks made without numbers, on torch's meta device, whose weights are read from a file afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

import torch
from torch import Tensor, nn

_META = torch.device("meta")
_one_at_a_time = RLock()


@contextmanager
def undrawn() -> Iterator[None]:
    """Within, what has no storage is made without torch's references in Python, which import SymPy.

    That is nothing drawn, where there is nothing to draw into; positions counted elsewhere; and room for what is like
    it elsewhere. What comes out is the same.
    """
    with _one_at_a_time:
        drawn: Any = nn.init.normal_
        counted: Any = torch.arange
        alike: Any = torch.empty_like

        def normal_(tensor: Tensor, *given: Any, **named: Any) -> Tensor:
            return tensor if tensor.is_meta else drawn(tensor, *given, **named)

        def arange(*given: Any, **named: Any) -> Any:
            if named.get("device") is not None or torch.get_default_device() != _META:
                return counted(*given, **named)
            return counted(*given, **{**named, "device": "cpu"}).to(_META)

        def empty_like(tensor: Tensor, **named: Any) -> Any:
            if not tensor.is_meta or named.keys() != {"device"}:
                return alike(tensor, **named)
            return torch.empty_strided(tensor.size(), tensor.stride(), dtype=tensor.dtype, **named)

        nn.init.normal_, torch.arange, torch.empty_like = normal_, arange, empty_like  # type: ignore[assignment]
        try:
            yield
        finally:
            nn.init.normal_, torch.arange, torch.empty_like = drawn, counted, alike
