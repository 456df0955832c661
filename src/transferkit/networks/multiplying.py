"""How much faster this machine multiplies matrices of a pretrained model's shapes in a lower precision."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from transferkit.sources.backbone import Backbone
from transferkit.sources.device import device

_TOKENS = 512
_TRIES, _SECONDS = 9, 0.05


def gain(backbone: Backbone, dtype: torch.dtype) -> float:
    """Processor seconds of a layer's forward and backward products in float32, over those in `dtype`, casts included:
    the least of several tries each, in turn, whatever else the machine is busy with. Takes a fraction of a second, much
    less than one step of a training."""
    random = torch.Generator().manual_seed(0)
    weight, states = (
        torch.randn(rows, backbone.width, generator=random).to(device()) for rows in (_inner(backbone), _TOKENS)
    )
    full, lower = (_products(states, weight, kind) for kind in (None, dtype))
    full(), lower()
    taken: tuple[list[float], list[float]] = ([], [])
    while len(taken[0]) < _TRIES and sum(map(sum, taken)) < 2 * _SECONDS:
        for seconds, work in zip(taken, (full, lower), strict=True):
            began = time.process_time()
            work()
            seconds.append(time.process_time() - began)
    return min(taken[0]) / max(min(taken[1]), 1e-9)


def _products(states: Tensor, weight: Tensor, dtype: torch.dtype | None) -> Callable[[], None]:
    def work() -> None:
        left, right = (values if dtype is None else values.to(dtype) for values in (states, weight))
        up = F.linear(left, right)  # (tokens, inner)
        (up @ right, up.T @ left)

    return work


def _inner(backbone: Backbone) -> int:
    """The width of a layer's inner product."""
    text: Any = backbone.configuration().get_text_config()
    known = next((getattr(text, name, None) for name in ("intermediate_size", "ffn_dim", "d_ff", "n_inner")), None)
    return known if isinstance(known, int) and known > 0 else 4 * backbone.width
