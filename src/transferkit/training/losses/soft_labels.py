"""Kullback-Leibler divergence from the teacher's softened distribution."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Schedule, Step


class SoftLabels(nn.Module):
    """T^2 * KL(softmax(teacher / T) || softmax(student / T)), mean over rows (Hinton et al. 2015, eq. 2-4).

    The factor T^2 keeps the size of the gradient independent of the temperature T, so that a weight
    between this and hard labels means the same at every T.

    Needs `teacher_logits` (rows, labels) in the batch; several teachers are averaged before.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, temperature: Schedule) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, step: Step) -> Tensor:
        temperature = self.temperature.at(step.progress)
        target = F.log_softmax(step.batch["teacher_logits"] / temperature, dim=-1)
        student = F.log_softmax(step.logits / temperature, dim=-1)
        divergences = F.kl_div(student, target, reduction="none", log_target=True).sum(dim=-1)
        return step.mean(divergences) * temperature**2
