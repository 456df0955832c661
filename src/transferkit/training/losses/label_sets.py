"""Binary cross-entropy on sets of labels."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step


class LabelSets(nn.Module):
    """Binary cross-entropy per label with label smoothing and weights of the positives.

    Formula: mean over labelled rows and labels of BCE((1 - s) * y + s / 2, sigmoid(logits)), positives times w.
    Rows with NaN for labels (unlabelled) count as zero.

    Parameters: `weights` (labels,) or None for ones; `smoothing` s in [0, 1). Needs `labels` (rows, labels).
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, weights: Tensor | None = None, smoothing: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("weights", weights, persistent=False)
        self.smoothing = smoothing

    def forward(self, step: Step) -> Tensor:
        labels = step.batch["labels"].float()
        known = ~torch.isnan(labels)
        smooth = torch.where(known, labels, 0.0) * (1 - self.smoothing) + self.smoothing / 2
        weights = self.weights if isinstance(self.weights, Tensor) else None
        losses = F.binary_cross_entropy_with_logits(step.logits, smooth, pos_weight=weights, reduction="none")
        return step.mean((losses * known).mean(dim=1))
