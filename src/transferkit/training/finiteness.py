"""A training that diverges ends, and says what to do."""

from collections.abc import Iterable

import torch
from torch import Tensor

from transferkit.errors import ConfigError


def require_finite(values: Iterable[Tensor], what: str, title: str, rate: float) -> None:
    """Raise `ConfigError` where `values` (`what` names them and ends with "are") are not all finite."""
    if not all(bool(torch.isfinite(value).all()) for value in values):
        raise ConfigError(
            f"{title}: the training diverged, {what} not finite; lower learning_rate (here {rate:g}), or look "
            "for targets out of all proportion"
        )
