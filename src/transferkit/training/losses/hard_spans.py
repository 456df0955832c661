"""Cross-entropy on where the given answer starts and ends."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from transferkit.training.losses import Step


class HardSpans(nn.Module):
    """Mean of the cross-entropies of start and end over the tokens that may answer (Devlin et al. 2019, section 4.2).

    These are the context's, and the one that stands for no answer in windows without it. The mean over rows; unlabelled
    rows (-100) count as zero. Under label smoothing its share is spread over the tokens that may answer.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, smoothing: float = 0.0) -> None:
        super().__init__()
        self.smoothing = smoothing

    def forward(self, step: Step) -> Tensor:
        """`step.logits` is (rows, tokens, 2), `labels` (rows, 2), `readable` (rows, tokens)."""
        labels, readable = step.batch["labels"], step.batch["readable"].bool().unsqueeze(-1)
        scores = torch.log_softmax(step.logits.masked_fill(~readable, -torch.inf), dim=1)
        known = labels >= 0
        right = scores.gather(1, labels.clamp_min(0).unsqueeze(1)).squeeze(1)
        if self.smoothing:
            spread = scores.masked_fill(~readable, 0).sum(dim=1) / readable.sum(dim=1)
            right = (1 - self.smoothing) * right + self.smoothing * spread
        return step.mean(-right.masked_fill(~known, 0).mean(dim=1))
