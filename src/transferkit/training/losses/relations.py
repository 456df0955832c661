"""Distance between how the student and how the teacher relate the tokens of a text to each other."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step


class Relations(nn.Module):
    """Mean squared error between the token-by-token cosine similarities of student and teacher.

    Compares geometry, not coordinates, so the widths may differ and nothing has to be learned
    (similarity-preserving distillation, Tung & Mori 2019, on tokens).

    Parameters: `matches` student depth -> teacher depth.
    """

    attention_depths: Sequence[int] = ()

    def __init__(self, matches: Mapping[int, int]) -> None:
        super().__init__()
        self.matches = dict(matches)
        self.hidden_depths = tuple(self.matches)

    def forward(self, step: Step) -> Tensor:
        losses = []
        both = (step.mask.unsqueeze(-1) * step.mask.unsqueeze(-2)).float()
        for student, teacher in self.matches.items():
            error = (_similarities(step.hidden[student]) - _similarities(step.teacher_hidden(teacher))) ** 2
            losses.append(step.mean((error * both).sum(dim=(1, 2)) / both.sum(dim=(1, 2))))
        return torch.stack(losses).mean()


def _similarities(hidden: Tensor) -> Tensor:
    unit = F.normalize(hidden.float(), dim=-1)
    return unit @ unit.transpose(-1, -2)
