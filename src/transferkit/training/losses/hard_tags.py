"""Cross-entropy on the given tags of words."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step


class HardTags(nn.Module):
    """Cross-entropy with label smoothing and tag weights, over words instead of rows (see `HardLabels`).

    The mean over the words of a row, then over rows; words with tag -100 (unknown) count as zero.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, weights: Tensor | None = None, smoothing: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("weights", weights, persistent=False)
        self.smoothing = smoothing

    def forward(self, step: Step) -> Tensor:
        """`step.logits` is (rows, words, tags), `labels` and `words` are (rows, words)."""
        labels, there = step.batch["labels"], step.batch["words"] >= 0
        weights = self.weights if isinstance(self.weights, Tensor) else None
        each = F.cross_entropy(
            step.logits.flatten(0, 1), labels.flatten(), weights, reduction="none", label_smoothing=self.smoothing
        )
        return (each.view_as(labels).sum(dim=1) / there.sum(dim=1).clamp_min(1)).mean()
