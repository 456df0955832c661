"""Divergence between the student's and the teacher's attention."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from transferkit.training.losses import Step


class Attentions(nn.Module):
    """KL(teacher attention || student attention), mean over real query tokens, rows and matched depths.

    Both are averaged over heads first, so that the numbers of heads may differ
    (MiniLM, Wang et al. 2020, eq. 4, with heads averaged).

    Parameters: `matches` student depth -> teacher depth (depth k is layer k, from 1).
    """

    hidden_depths: Sequence[int] = ()

    def __init__(self, matches: Mapping[int, int]) -> None:
        super().__init__()
        self.matches = dict(matches)
        self.attention_depths = tuple(self.matches)

    def forward(self, step: Step) -> Tensor:
        losses = []
        for student, teacher in self.matches.items():
            target = step.batch[f"teacher_attention_{teacher}"].clamp_min(1e-9)
            ours = step.attentions[student].clamp_min(1e-9)
            divergence = (target * (target.log() - ours.log())).sum(dim=-1) * step.mask
            losses.append(step.mean(divergence.sum(dim=-1) / step.mask.sum(dim=-1)))
        return torch.stack(losses).mean()
