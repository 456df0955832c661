"""Divergence from a teacher on every token of an answer."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Schedule, Step, means_of_rows

Divergence = Literal["forward", "reverse", "jensen_shannon"]


class SoftTokens(nn.Module):
    """T^2 times the divergence between teacher and student over the vocabulary, per answer token as in `NextToken`.

    forward: KL(teacher || student), which covers all that the teacher might say (Hinton et al. 2015); reverse:
    KL(student || teacher), which keeps to what it would most likely say (MiniLLM, Gu et al. 2024); jensen_shannon:
    the mean of both against the mean of the two (Agarwal et al. 2024 with beta = 1/2).

    `head` is the teacher's output layer: its states at the answer tokens, `teacher_answers` in the batch, are cached
    instead of its logits, which take the size of the vocabulary.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, head: nn.Module, bias: Tensor | None, divergence: Divergence, temperature: Schedule) -> None:
        super().__init__()
        self.__dict__["head"] = head  # the teacher's, which does not learn
        self.bias, self.divergence, self.temperature = bias, divergence, temperature

    def forward(self, step: Step) -> Tensor:
        there = step.batch["labels"] >= 0
        with torch.no_grad():
            head = self.__dict__["head"].to(step.logits.device)
            teacher = head(step.batch["teacher_answers"][there])
            teacher = teacher if self.bias is None else teacher + self.bias.to(step.logits.device)
        t = self.temperature.at(step.progress)
        ours, theirs = F.log_softmax(step.logits / t, dim=-1), F.log_softmax(teacher / t, dim=-1)
        return t**2 * step.mean(means_of_rows(self._divergences(ours, theirs), there))

    def _divergences(self, ours: Tensor, theirs: Tensor) -> Tensor:
        if self.divergence == "forward":
            return _divergence(theirs, ours)
        if self.divergence == "reverse":
            return _divergence(ours, theirs)
        middle = torch.logaddexp(ours, theirs) - torch.log(torch.tensor(2.0, device=ours.device))
        return (_divergence(theirs, middle) + _divergence(ours, middle)) / 2


def _divergence(p: Tensor, q: Tensor) -> Tensor:
    """KL(p || q) of log-probabilities, (tokens, vocabulary) to (tokens,)."""
    return (p.exp() * (p - q)).sum(dim=-1)
