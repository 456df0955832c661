"""Distance between the student's and the teacher's hidden states."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from transferkit.training.losses import Step, relative_errors


class HiddenStates(nn.Module):
    """‖W h_student - h_teacher‖² / ‖h_teacher‖², the mean over real tokens and matched depths.

    W is learned with the student and thrown away (FitNets, Romero et al. 2015; TinyBERT, Jiao et al.
    2020, eq. 8, whose squared error is not relative). It starts as the identity where the widths agree.

    Parameters: `matches` student depth -> teacher depth; widths of both.
    """

    attention_depths: Sequence[int] = ()

    def __init__(self, matches: Mapping[int, int], student_width: int, teacher_width: int) -> None:
        super().__init__()
        self.matches = dict(matches)
        self.hidden_depths = tuple(self.matches)
        self.projections = nn.ModuleDict(
            {str(depth): nn.Linear(student_width, teacher_width, bias=False) for depth in self.matches}
        )
        if student_width == teacher_width:
            for weight in self.projections.parameters():
                nn.init.eye_(weight)

    def forward(self, step: Step) -> Tensor:
        losses = []
        for student, teacher in self.matches.items():
            found = self.projections[str(student)](step.hidden[student])
            losses.append(step.mean(relative_errors(found, step.teacher_hidden(teacher), step.mask)))
        return torch.stack(losses).mean()
