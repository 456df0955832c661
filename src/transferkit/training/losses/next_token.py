"""Cross-entropy on the next token of an answer."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.training.losses import Step, means_of_rows


class NextToken(nn.Module):
    """Cross-entropy with label smoothing on the tokens of answers: the mean over those of a row, then over rows."""

    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __init__(self, smoothing: float = 0.0) -> None:
        super().__init__()
        self.smoothing = smoothing

    def forward(self, step: Step) -> Tensor:
        """`step.logits` is (answer tokens, vocabulary), `labels` (rows, longest answer), -100 beyond an answer."""
        if "drawn" in step.batch:
            return step.logits.sum() * 0.0  # the model's own answers are no example to it
        labels = step.batch["labels"]
        there = labels >= 0
        losses = F.cross_entropy(step.logits, labels[there], reduction="none", label_smoothing=self.smoothing)
        return step.mean(means_of_rows(losses, there))
