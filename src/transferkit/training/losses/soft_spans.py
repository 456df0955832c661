"""Kullback-Leibler divergence from the teacher's softened distributions over where the answer starts and ends."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Schedule, Step


class SoftSpans(nn.Module):
    """T^2 * KL(softmax(teacher / T) || softmax(student / T)) over the tokens that may answer, mean of start and end.

    Needs `teacher_logits` (rows, tokens, 2) in the batch, and `readable` (rows, tokens), 1 for tokens that may answer.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, temperature: Schedule) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, step: Step) -> Tensor:
        other = ~step.batch["readable"].bool().unsqueeze(-1)
        temperature = self.temperature.at(step.progress)
        # Not minus infinity, whose product with a probability of zero is no number.
        lowest = torch.finfo(torch.float32).min / 4
        target, student = (
            F.log_softmax((logits / temperature).masked_fill(other, lowest), dim=1)
            for logits in (step.batch["teacher_logits"], step.logits)
        )
        divergences = F.kl_div(student, target, reduction="none", log_target=True).masked_fill(other, 0)
        return step.mean(divergences.sum(dim=1).mean(dim=1)) * temperature**2
