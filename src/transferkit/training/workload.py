"""What a training takes, worked out before it: seconds, and bytes of memory and of disk."""

from dataclasses import dataclass

from transferkit.networks.speed import Speed
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.training.options import TrainingOptions, usual_patience

BASE_BYTES = 600 * 2**20
"""Of memory: Python with torch and transformers."""
NUMBER_BYTES = 4
"""Of a weight, a gradient or a state: all are float32."""
WIDTH_PER_HEAD = 64
_MOMENTS = 2  # of Adam, per weight that learns


@dataclass(frozen=True)
class Workload:
    """What there is to learn from, in tokens after truncation, and how fast this machine reads it.

    `train` and `validation` are all tokens of these rows, `longest` are those of the longest training row and
    `longest_answer` those of the longest text to be written, 0 where none is.
    """

    speed: Speed
    train: int
    validation: int
    longest: int
    longest_answer: int = 0

    @property
    def tokens(self) -> int:
        """Of training and validation rows."""
        return self.train + self.validation

    @property
    def reading(self) -> float:
        """Seconds to read training and validation rows once."""
        return self.speed.forward * self.tokens


@dataclass(frozen=True)
class Extent:
    """How much of a model learns: the share of its `layers` that gradients go through, and of its `weights`. `ahead`
    says that the layers below are run once, before the first epoch."""

    layers: float = 1.0
    weights: float = 1.0
    ahead: bool = False


def seconds_per_epoch(workload: Workload, extent: Extent) -> float:
    """Forward and backward on the training rows, forward on the validation rows."""
    learning = workload.speed.both * workload.train * extent.layers
    return learning + workload.speed.forward * workload.validation


def fewest_epochs(options: TrainingOptions, epochs: float, workload: Workload) -> float:
    """The epochs after which a training stops at the earliest: by its `patience`, where there is validation."""
    patience = options.patience or usual_patience(epochs)
    return min(epochs, patience + 1) if workload.validation else epochs


def memory_of(options: TrainingOptions, shape: Shape, backbone: Backbone, extent: Extent, workload: Workload) -> int:
    """Bytes of weights, gradients and the two moments of Adam, and of the activations of a batch of the longest rows:
    17 values per unit of width, layer and token, and 2.5 per head and pair of tokens (Korthikanti et al. 2022, section
    4.1). Where texts are to be written, the logits of the longest answers, their logarithms and their gradient come on
    top."""
    weights = NUMBER_BYTES * backbone.parameters
    settled = options.settled(shape)
    rows = max(1, settled.batch_size // settled.accumulation)
    scores = 2.5 * workload.longest * backbone.width / WIDTH_PER_HEAD
    layers = backbone.layers * extent.layers
    activations = NUMBER_BYTES * rows * workload.longest * layers * (17 * backbone.width + scores)
    logits = 3 * NUMBER_BYTES * rows * workload.longest_answer * backbone.vocabulary
    return int(BASE_BYTES + weights * (1 + (1 + _MOMENTS) * extent.weights) + activations + logits)


def disk_of(backbone: Backbone, extent: Extent) -> int:
    """Bytes at the most: where the training starts, the best weights so far and two checkpoints, one being written;
    then the best and the last beside the finished model. A checkpoint has what learns with its moments."""
    learning = NUMBER_BYTES * backbone.parameters * extent.weights
    checkpoint = (1 + _MOMENTS) * learning
    while_it_trains = 2 * learning + 2 * checkpoint
    at_its_end = learning + checkpoint + NUMBER_BYTES * backbone.parameters
    return int(max(while_it_trains, at_its_end))
