"""Cross-entropy on the given labels."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step


class HardLabels(nn.Module):
    """Cross-entropy with label smoothing (Szegedy et al. 2016) and class weights.

    Formula: mean over labelled rows of w[y] * CE((1 - s) * onehot(y) + s / C, softmax(logits)).
    Rows with label -100 (unlabelled) count as zero. It is divided by the rows, not by the sum of class weights.

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
        weights = self.weights if isinstance(self.weights, Tensor) else None
        losses = F.cross_entropy(
            step.logits, labels, weights, ignore_index=-100, reduction="none", label_smoothing=self.smoothing
        )
        return step.mean(losses)
