"""What a model learns from. One loss, one file; losses combine with weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor


@dataclass(frozen=True)
class Step:
    """What the losses of one step may look at.

    `logits` is (rows, labels); `hidden` maps a depth to (rows, tokens, width), `attentions` to
    (rows, tokens, tokens), the mean over heads. `batch` holds `labels` (rows,; -100 where unknown),
    `teacher_logits`, `teacher_hidden_DEPTH`, `teacher_attention_DEPTH`, each shaped like the
    student's. `mask` is (rows, tokens), 1 for real tokens.
    """

    logits: Tensor
    mask: Tensor
    batch: Mapping[str, Tensor]
    hidden: Mapping[int, Tensor] = field(default_factory=dict)
    attentions: Mapping[int, Tensor] = field(default_factory=dict)


class Loss(Protocol):
    """A scalar from a step, the mean over its rows.

    `hidden_depths` and `attention_depths` name the student's depths that the loss looks at.
    """

    hidden_depths: Sequence[int]
    attention_depths: Sequence[int]

    def __call__(self, step: Step) -> Tensor:
        """The loss of this step."""
