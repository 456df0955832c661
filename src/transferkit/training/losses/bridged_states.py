"""Distance between what a student hands on where layers are left out and what its teacher goes on from."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from transferkit.training.losses import Step, relative_errors


class BridgedStates(nn.Module):
    """‖h_student - h_teacher‖² / ‖h_teacher‖² before and behind a gap, the mean over real tokens and gaps.

    A layer whose successors are left out is to lead where its teacher's next kept layer starts. So every part of a
    deep student has an aim of its own, however many layers stand above it (block outputs as in Minitron, Muralidharan
    et al. 2024, which pay where much of the depth goes). Nothing is projected: the layers behind are the teacher's.

    Parameters: `matches` student depth -> teacher depth.
    """

    attention_depths: Sequence[int] = ()

    def __init__(self, matches: Mapping[int, int]) -> None:
        super().__init__()
        self.matches = dict(matches)
        self.hidden_depths = tuple(self.matches)

    def forward(self, step: Step) -> Tensor:
        losses = [
            step.mean(relative_errors(step.hidden[student], step.teacher_hidden(teacher), step.mask))
            for student, teacher in self.matches.items()
        ]
        return torch.stack(losses).mean()
