"""Distance between what the output layers of student and teacher are given."""

from collections.abc import Sequence

from torch import Tensor, nn

from transferkit.networks.layers import TOP
from transferkit.training.losses import Step, relative_errors


class OutputStates(nn.Module):
    """‖W h_student - h_teacher‖² / ‖h_teacher‖² of the states before the output layer, the mean over real tokens.

    Of a decoder these are all tokens, those it was asked with too, so that every text teaches some ten times as
    often as by its answer, at hardly any cost; of an encoder-decoder those of the answer. W is the identity where
    the widths agree, and otherwise learned with the student and thrown away (FitNets, Romero et al. 2015).

    Parameters: widths of both.
    """

    attention_depths: Sequence[int] = ()
    hidden_depths: Sequence[int] = (TOP,)

    def __init__(self, student_width: int, teacher_width: int) -> None:
        super().__init__()
        same = student_width == teacher_width
        self.projection = nn.Identity() if same else nn.Linear(student_width, teacher_width, bias=False)

    def forward(self, step: Step) -> Tensor:
        found = self.projection(step.hidden[TOP])
        return step.mean(relative_errors(found, step.batch["teacher_outputs"], step.mask))
