"""What a model learns from. One loss, one file; losses combine with weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor

from transferkit.encoding.examples import teacher_hidden
from transferkit.errors import ConfigError


@dataclass(frozen=True)
class Step:
    """What the losses of one step may look at.

    `logits` is (rows, labels), or for texts (answer tokens, vocabulary); `hidden` maps a depth to
    (rows, tokens, width), of `networks.layers.EMBEDDED` the input embeddings, `attentions` to (rows, tokens, tokens),
    the mean over heads. `batch` holds `labels` (rows,; -100 where unknown), `teacher_logits`, `teacher_hidden_DEPTH`,
    `teacher_attention_DEPTH`, `teacher_outputs`, each shaped like the student's, and `weights` (rows,) where rows do
    not all count the same; their mean is one over all rows learned from. `mask` is (rows, tokens), 1 for real tokens,
    of an encoder-decoder those of the answer; `progress` is the share of the training that is done. `rerun` runs the
    network once more, for `again`; None where there is none to run.
    """

    logits: Tensor
    mask: Tensor
    batch: Mapping[str, Tensor]
    hidden: Mapping[int, Tensor] = field(default_factory=dict)
    attentions: Mapping[int, Tensor] = field(default_factory=dict)
    progress: float = 0.0
    rerun: "Rerun | None" = None

    def again(self, shift: Tensor | None = None) -> "Step":
        """Another forward pass of the same batch, with its dropout drawn anew: for losses that compare passes.

        `shift` (rows, tokens, width) is added to the input embeddings; a loss that takes their gradient in this pass
        names `networks.layers.EMBEDDED` among its `hidden_depths`. The new step can be run again as well. Where a head
        is fitted to what the network has made of the rows, nothing is drawn: the step stands for its repetition.

        Raises `ConfigError` where there are no embeddings to shift.
        """
        if self.rerun is not None:
            return self.rerun(shift)
        if shift is not None:
            raise ConfigError("expected a network whose embeddings can be shifted, found what it has made of the rows")
        return self

    def teacher_hidden(self, depth: int) -> Tensor:
        """The teacher's states after `depth` of its layers, (rows, tokens, width)."""
        return self.batch[teacher_hidden(depth)]

    def mean(self, values: Tensor) -> Tensor:
        """The mean of `values` (rows,) times the weights of the rows.

        It is not divided by the weights of this batch, so that a row counts the same whatever it is drawn with, and
        splitting a batch changes nothing.
        """
        weights = self.batch.get("weights")
        return values.mean() if weights is None else (values * weights).mean()


Rerun = Callable[[Tensor | None], Step]


@dataclass(frozen=True)
class Schedule:
    """A number that moves linearly from `start` to `end` over the training."""

    start: float
    end: float

    def at(self, progress: float) -> float:
        """Its value at `progress`, the share of the training that is done."""
        return self.start + (self.end - self.start) * progress


class Loss(Protocol):
    """A scalar from a step, the mean over its rows as `Step.mean` takes it.

    A loss that compares several passes of a batch takes the further ones from `Step.again`. `hidden_depths` and
    `attention_depths` name the student's depths that the loss looks at.
    """

    @property
    def hidden_depths(self) -> Sequence[int]:
        """Depths whose hidden states it compares."""

    @property
    def attention_depths(self) -> Sequence[int]:
        """Depths whose attention it compares."""

    def __call__(self, step: Step) -> Tensor:
        """The loss of this step."""


def relative_errors(student: Tensor, teacher: Tensor, mask: Tensor) -> Tensor:
    """‖student - teacher‖² / ‖teacher‖² of states (rows, tokens, width), the mean over each row's real tokens.

    Relative, so that one weight suits models and depths whatever the length of their states.
    """
    errors = (student - teacher).square().sum(dim=-1) / teacher.square().sum(dim=-1).clamp_min(1e-9)
    return (errors * mask).sum(dim=-1) / mask.sum(dim=-1).clamp_min(1)


def means_of_rows(values: Tensor, there: Tensor) -> Tensor:
    """The mean of `values` (tokens,) over the tokens of every row, (rows,), given which of (rows, most tokens) there
    are; 0 for a row without any."""
    filled = values.new_zeros(there.shape)
    filled[there] = values
    return filled.sum(dim=1) / there.sum(dim=1).clamp_min(1)
