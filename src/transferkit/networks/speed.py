"""How fast this machine runs a pretrained model: a few trial steps on real rows."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from transferkit.encoding.encoded import Encoded
from transferkit.networks.inference import batch_tokens, device_of
from transferkit.networks.inputs import inputs_of
from transferkit.networks.replica import runnable
from transferkit.sources.backbone import Backbone
from transferkit.sources.precision import lowered

_MOST_FLOPS = 5e11  # that one batch may take
_TRAINING_TOKENS = 512
_SECONDS, _TRIES = 2.0, 4
_READ = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(frozen=True)
class Speed:
    """Seconds per token: `forward` alone, and `both`, forward with backward."""

    forward: float
    both: float


def measured(backbone: Backbone, rows: Encoded) -> Speed:
    """Forward alone in batches as large as for reading features, and forward with backward in small ones."""
    encoder = backbone.encoder()
    reader, where, weight = runnable(encoder), device_of(encoder), next(encoder.parameters())

    # A GPU has answered only when something of its answer was read.
    def forward(inputs: dict[str, Tensor]) -> None:
        with torch.inference_mode(), lowered(encoder):
            reader(**inputs).last_hidden_state[0, 0, 0].item()

    def both(inputs: dict[str, Tensor]) -> None:
        with lowered(encoder):
            states = encoder(**inputs).last_hidden_state
        states.float().mean().backward()
        if weight.grad is not None:
            weight.grad.flatten()[0].item()

    large, small = (inputs_of(_trial(backbone, rows, tokens), where) for tokens in (batch_tokens(), _TRAINING_TOKENS))
    forward(small)
    return Speed(_timed(forward, large), _timed(both, small))


def multiplied(backbone: Backbone) -> int:
    """Weights that every token is multiplied with: all but the embeddings."""
    return max(1, backbone.parameters - backbone.vocabulary * backbone.width)


def _trial(backbone: Backbone, rows: Encoded, tokens: int) -> dict[str, Tensor]:
    """About `tokens` tokens of rows of middling length, fewer for a large model."""
    middling = np.argsort(rows.lengths, kind="stable")[len(rows) // 2 :]
    affordable = _MOST_FLOPS / (6 * multiplied(backbone))
    count = max(1, int(min(tokens, affordable) / max(1, rows.lengths[middling[0]])))
    batch = rows.batch(np.resize(middling[:count], count).tolist())
    return {name: batch[name] for name in _READ if name in batch}


def _timed(work: Callable[[dict[str, Tensor]], None], inputs: dict[str, Tensor]) -> float:
    """Seconds per token, the least of a few tries: other work on the machine only ever adds to it."""
    taken: list[float] = []
    while len(taken) < _TRIES and sum(taken) < _SECONDS:
        began = time.perf_counter()
        work(inputs)
        taken.append(time.perf_counter() - began)
    return min(taken) / int(inputs["input_ids"].numel())
