"""Dropout whose mask costs little: on a CPU, torch draws it in a tenth of the time of fine-tuning a small model."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

_ONE = 2**15  # as many values as are drawn from
_WORDS = 4  # draws of 16 bits in one of 64


@contextmanager
def cheap_dropout(model: nn.Module) -> Iterator[None]:
    """Let the `nn.Dropout` modules of `model` draw their masks as `mask` does, on the CPU."""
    dropouts = [module for module in model.modules() if type(module) is nn.Dropout and not module.inplace]
    for module in dropouts:
        module.forward = partial(_forward, module)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for module in dropouts:
            del module.forward


def _forward(module: nn.Dropout, values: Tensor) -> Tensor:
    if not module.training or not 0 < module.p < 1 or values.device.type != "cpu":
        return F.dropout(values, module.p, module.training)
    return drop(values, module.p)


def drop(values: Tensor, share: float) -> Tensor:
    """Zero a `share` of `values`, to within 2^-16, and scale the others so that their mean stays."""
    found: Tensor = _Dropped.apply(values, *mask(values.shape, share))  # type: ignore[no-untyped-call]
    return found


def mask(shape: torch.Size, share: float) -> tuple[Tensor, float]:
    """All bits of what is kept, none of what is dropped, int16; and what the kept is to be multiplied by.

    The seed is drawn from torch's own generator, so a restored generator state gives the same masks. The bits are those
    of SFC64, which gives seven times as many in the same time; comparing and applying them is a few passes over
    integers of 16 bits, in which nothing is converted.
    """
    size, dropped = shape.numel(), max(1, min(round(share * _ONE), _ONE - 1))
    seed = int(torch.randint(2**63 - 1, ()).item())
    words = np.random.SFC64(seed).random_raw(-(-size // _WORDS))
    drawn = torch.from_numpy(words.view(np.int16))[:size].view(shape)
    # 0 to 2^15 - 1; below 0 from `dropped` on; and of that the sign alone.
    kept = drawn.bitwise_and_(_ONE - 1).neg_().add_(dropped - 1).bitwise_right_shift_(15)
    return kept, _ONE / (_ONE - dropped)


def applied(values: Tensor, kept: Tensor, scale: float) -> Tensor:
    """`values` where they are `kept`, multiplied by `scale`."""
    if values.dtype is torch.bfloat16:
        found = (values.contiguous().view(torch.int16) & kept).view(torch.bfloat16)
        return found if scale == 1.0 else found.mul_(scale)
    return kept.to(values.dtype).mul_(-scale).mul_(values)


class _Dropped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, kept: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(kept)
        ctx.scale = scale
        return applied(values, kept, scale)

    @staticmethod
    @once_differentiable  # what is done on bits has no second derivative
    def backward(ctx: Any, *gradients: Any) -> Any:
        (kept,) = ctx.saved_tensors
        return applied(gradients[0].contiguous(), kept, ctx.scale), None, None
