"""Writing a temperature into a model, so that plain Transformers gives the honest probabilities too."""

import torch
from torch import nn

from transferkit.errors import ConfigError


def scale_logits(model: nn.Module, factor: float, labels: int) -> None:
    """Multiply the logits of `model` by `factor`, in place, through its last layer of `labels` outputs."""
    outputs = [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == labels]
    if not outputs:
        raise ConfigError(f"{type(model).__name__} has no linear layer with {labels} outputs to calibrate")
    with torch.no_grad():
        for parameter in outputs[-1].parameters():
            parameter.mul_(factor)
