"""Pull texts of one label together and push texts of different labels apart."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step


class Contrast(nn.Module):
    """Cosine similarity of every pair in the batch regressed on "same label" (the pair loss of SetFit).

    Formula: mean over positive pairs of (1 - cos)^2 plus mean over negative pairs of max(cos, 0)^2, halved:
    the two kinds weigh the same however many labels there are (SetFit, Tunstall et al. 2022,
    oversamples pairs to the same end). One encoded batch of n texts gives n (n - 1) / 2 pairs; a pair has the product
    of its rows' weights.

    Here `logits` are the pooled embeddings, (rows, width).
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def forward(self, step: Step) -> Tensor:
        unit = F.normalize(step.logits, dim=-1)
        cosines = unit @ unit.T
        labels = step.batch["labels"]
        same = labels.unsqueeze(0) == labels.unsqueeze(1)
        pair = ~same.new_ones(same.shape).tril()
        weights = step.batch.get("weights", torch.ones_like(cosines[0]))
        weights = weights.unsqueeze(0) * weights.unsqueeze(1)
        positive, negative = same & pair, ~same & pair
        pulled = _mean(weights[positive] * (1 - cosines[positive]) ** 2)
        pushed = _mean(weights[negative] * cosines[negative].clamp_min(0) ** 2)
        return (pulled + pushed) / 2


def _mean(values: Tensor) -> Tensor:
    """Zero where there are none."""
    return values.mean() if values.numel() else values.sum()
