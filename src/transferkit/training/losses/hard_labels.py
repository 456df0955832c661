"""Cross-entropy on the given labels."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step


class HardLabels(nn.Module):
    """Cross-entropy with label smoothing (Szegedy et al. 2016) and class weights.

    Formula: mean over labelled rows of w[y] * CE((1 - s) * onehot(y) + s / C, softmax(logits)).
    Rows with label -100 (unlabelled) count as zero.

    Parameters: `weights` (labels,) or None for ones; `smoothing` s in [0, 1).
    """

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, weights: Tensor | None = None, smoothing: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("weights", weights, persistent=False)
        self.smoothing = smoothing

    def forward(self, step: Step) -> Tensor:
        labels = step.batch["labels"]
        # Divided by the rows, not by the sum of weights, so that splitting a batch changes nothing.
        weights = self.weights if isinstance(self.weights, Tensor) else None
        total = F.cross_entropy(
            step.logits, labels, weights, ignore_index=-100, reduction="sum", label_smoothing=self.smoothing
        )
        return total / len(labels)
