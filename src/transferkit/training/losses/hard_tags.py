"""Cross-entropy on the given tags of words."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step


class HardTags(nn.Module):
    """Cross-entropy with label smoothing and tag weights, over words instead of rows (see `HardLabels`).

    The sum over words, divided by the rows and by `usual`, the words that a row usually has: every word of the
    training rows weighs the same, however long its row. Words with tag -100 (unknown) count as zero.
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, weights: Tensor | None = None, smoothing: float = 0.0, usual: float = 1.0) -> None:
        super().__init__()
        self.usual = usual
        self.register_buffer("weights", weights, persistent=False)
        self.smoothing = smoothing

    def forward(self, step: Step) -> Tensor:
        """`step.logits` is (rows, words, tags), `labels` and `words` are (rows, words)."""
        labels = step.batch["labels"]
        weights = self.weights if isinstance(self.weights, Tensor) else None
        losses = F.cross_entropy(
            step.logits.flatten(0, 1), labels.flatten(), weights, reduction="none", label_smoothing=self.smoothing
        )
        return step.mean(losses.view(labels.shape).sum(dim=1)) / self.usual
