"""Bernoulli divergence from the teacher, label by label."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Schedule, Step


class SoftLabelSets(nn.Module):
    """T^2 * KL(Bernoulli(sigmoid(teacher / T)) || Bernoulli(sigmoid(student / T))), mean over rows and labels.

    What the divergence of Hinton et al. (2015) is for labels that do not exclude each other.

    Needs `teacher_logits` (rows, labels) in the batch; several teachers are averaged before.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, temperature: Schedule) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, step: Step) -> Tensor:
        temperature = self.temperature.at(step.progress)
        teacher, student = step.batch["teacher_logits"] / temperature, step.logits / temperature
        share = teacher.sigmoid()
        given = share * (F.logsigmoid(teacher) - F.logsigmoid(student))
        withheld = (1 - share) * (F.logsigmoid(-teacher) - F.logsigmoid(-student))
        return step.mean((given + withheld).mean(dim=1)) * temperature**2
