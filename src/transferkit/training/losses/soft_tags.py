"""Kullback-Leibler divergence from the teacher's softened distribution over the tags of every word."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Schedule, Step, means_of_rows


class SoftTags(nn.Module):
    """T^2 * KL(softmax(teacher / T) || softmax(student / T)) per word, mean over the words of a row, then over rows.

    Needs `teacher_logits` (rows, words, tags) in the batch, and `words`, below zero where a row has none.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, temperature: Schedule) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, step: Step) -> Tensor:
        there = step.batch["words"] >= 0
        temperature = self.temperature.at(step.progress)
        target = F.log_softmax(step.batch["teacher_logits"][there] / temperature, dim=-1)
        student = F.log_softmax(step.logits[there] / temperature, dim=-1)
        divergences = F.kl_div(student, target, reduction="none", log_target=True).sum(dim=-1) * temperature**2
        return step.mean(means_of_rows(divergences, there))
