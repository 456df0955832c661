"""Squared error on numbers: given ones, or a teacher's."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from transferkit.training.losses import Step


class SquaredError(nn.Module):
    """Mean over known rows of (answer - target)^2, divided by all rows.

    `target` names what is learned in the batch: `labels` (rows,), NaN where unknown, or `teacher_logits` (rows, 1).
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def forward(self, step: Step) -> Tensor:
        target = step.batch[self.target].float().reshape(-1)
        known = ~torch.isnan(target)
        errors = (step.logits.reshape(-1) - torch.where(known, target, 0.0)) ** 2
        return step.mean(errors * known)
