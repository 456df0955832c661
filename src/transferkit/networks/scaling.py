"""Writing a temperature or thresholds into a model, so that plain Transformers gives the same answers."""

import numpy as np
import torch
from torch import nn

from transferkit.errors import ConfigError
from transferkit.networks.adjustment import Adjustment


def last_map(model: nn.Module, labels: int) -> nn.Linear:
    """The linear layer that gives the logits of `labels` labels."""
    maps = [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == labels]
    if not maps:
        raise ConfigError(f"{type(model).__name__} has no linear layer with {labels} outputs to calibrate")
    return maps[-1]


def adjust_logits(model: nn.Module, adjustment: Adjustment, labels: int) -> Adjustment:
    """Apply `adjustment` to the logits of `model`, in place, through its last layer of `labels` outputs.

    Returns what is left to be done to the logits: the shift, where that layer has no bias (decoders).
    """
    last = last_map(model, labels)
    with torch.no_grad():
        last.weight.mul_(adjustment.scale)
        if last.bias is None:
            return Adjustment(1.0, adjustment.shift)
        last.bias.mul_(adjustment.scale)
        last.bias.add_(torch.as_tensor(np.asarray(adjustment.shift, dtype=np.float32)).to(last.bias.device))
    return Adjustment()
