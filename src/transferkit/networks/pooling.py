"""From token states to one vector per text, in the ways sentence-transformers knows."""

import torch
from torch import Tensor

from transferkit.errors import ConfigError


def pool(hidden: Tensor, mask: Tensor, mode: str) -> Tensor:
    """(rows, tokens, width) and a (rows, tokens) mask to (rows, width).

    `mode` is mean, max, cls, lasttoken, weightedmean (weights 1, 2, 3 ...) or mean_sqrt_len_tokens,
    or several of them joined by "+" (concatenated).
    """
    if "+" in mode:
        return torch.cat([pool(hidden, mask, part) for part in mode.split("+")], dim=-1)
    hidden = hidden.float()
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    if mode == "mean":
        return (hidden * weights).sum(1) / weights.sum(1).clamp_min(1e-9)
    if mode == "cls":
        return hidden[torch.arange(len(hidden), device=hidden.device), mask.long().argmax(dim=1)]
    if mode == "max":
        return hidden.masked_fill(weights == 0, -torch.inf).amax(dim=1)
    if mode == "lasttoken":
        last = mask.shape[1] - 1 - mask.long().flip(1).argmax(dim=1)
        return hidden[torch.arange(len(hidden), device=hidden.device), last]
    if mode == "weightedmean":
        weights = weights * mask.long().cumsum(dim=1).unsqueeze(-1).to(hidden.dtype)
        return (hidden * weights).sum(1) / weights.sum(1).clamp_min(1e-9)
    if mode == "mean_sqrt_len_tokens":
        return (hidden * weights).sum(1) / weights.sum(1).clamp_min(1e-9).sqrt()
    raise ConfigError(
        f"unknown pooling {mode!r}; expected mean, max, cls, lasttoken, weightedmean or mean_sqrt_len_tokens"
    )
