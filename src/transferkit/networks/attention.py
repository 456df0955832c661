"""Attention with dropout on a CPU, for which torch has no fused kernel: it draws a double for every value, and converts
masks to and fro, which takes a quarter of the time of fine-tuning on texts of a hundred tokens.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from transferkit.networks.dropout import applied, mask

_NEVER = -1e9


class DroppingAttention(TorchFunctionMode):
    """While open, what `F.scaled_dot_product_attention` does with dropout on the CPU is done here, to the same value
    but for what is drawn."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is F.scaled_dot_product_attention:
            return _attention(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


def _attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """As torch's function of that name, (rows, heads, tokens, width)."""
    learned = attn_mask is not None and attn_mask.requires_grad
    if not dropout_p or query.device.type != "cpu" or query.ndim != 4 or learned:
        return F.scaled_dot_product_attention(
            query, key, value, attn_mask, dropout_p, is_causal, scale=scale, enable_gqa=enable_gqa
        )
    if enable_gqa:
        groups = query.shape[1] // key.shape[1]
        key, value = (states.repeat_interleave(groups, dim=1) for states in (key, value))
    if torch.is_autocast_enabled("cpu"):
        query, key, value = (states.to(torch.get_autocast_dtype("cpu")) for states in (query, key, value))
    if is_causal:
        attn_mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).tril()
    query = query * (query.shape[-1] ** -0.5 if scale is None else scale)
    found: Tensor = _Attended.apply(query, key, value, _bias(attn_mask, query.dtype), dropout_p)  # type: ignore[no-untyped-call]
    return found


def _bias(attn_mask: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    """What is added to scores; that of all queries once, where it is the same for them."""
    if attn_mask is None:
        return None
    if attn_mask.ndim == 4 and attn_mask.stride(2) == 0:
        attn_mask = attn_mask[:, :, :1]
    if attn_mask.dtype is not torch.bool:
        return attn_mask.to(dtype).clamp_min(_NEVER)
    return (~attn_mask).to(dtype).mul_(_NEVER)


class _Attended(torch.autograd.Function):
    """softmax(query key' + bias) value, with dropout after the softmax."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None, share: float) -> Tensor:
        scores = query @ key.transpose(-1, -2)
        if bias is not None:
            scores.add_(bias)
        weights = scores.softmax(-1)
        kept, ctx.scale = mask(weights.shape, share)
        ctx.save_for_backward(query, key, value, weights, kept)
        return (applied(weights, kept, 1.0) @ value).mul_(ctx.scale)

    @staticmethod
    @once_differentiable  # what is done on bits has no second derivative
    def backward(ctx: Any, *gradients: Any) -> Any:
        query, key, value, weights, kept = ctx.saved_tensors
        gradient = gradients[0] * ctx.scale
        used = applied(weights, kept, 1.0)
        at_weights = applied(gradient @ value.transpose(-1, -2), kept, 1.0)
        at_scores = torch._softmax_backward_data(at_weights, weights, -1, weights.dtype)
        return at_scores @ key, at_scores.transpose(-1, -2) @ query, used.transpose(-1, -2) @ gradient, None, None
