"""What a trained classifier makes of short phrases: where a static student starts from."""

from contextlib import nullcontext, suppress
from typing import Any

import numpy as np
import torch
from torch import Tensor

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import inputs_of, mask_of
from transferkit.networks.layers import StopForward, captured, depth_of, stopping_after
from transferkit.networks.pooling import pool
from transferkit.networks.replica import runnable
from transferkit.progress import progress


def read_phrases(model: Any, source: Examples) -> Floats:
    """Mean of the middle layer's token states of every phrase, (phrases, width): half the cost of the last one's and,
    for a student that is trained further, no worse. The last one's where layers cannot be told apart."""
    layers, device = depth_of(model), device_of(model)
    depth = max(1, layers // 2)
    model = runnable(model)
    with (
        captured(model, [depth] if layers else []) as seen,
        stopping_after(model, depth) if layers else nullcontext(),
        progress("starting from the teacher", len(source)) as advance,
    ):

        def forward(batch: dict[str, Tensor]) -> list[Floats]:
            inputs = inputs_of(batch, device)
            with suppress(StopForward):
                if layers:
                    model(**inputs)
                else:
                    seen[depth] = model.base_model(**inputs).last_hidden_state
            hidden, mask = seen[depth], mask_of(inputs)
            if hidden.shape[1] != mask.shape[1]:  # Funnel's body has fewer states than tokens
                mask = torch.ones(hidden.shape[:2], device=hidden.device)
            states = pool(hidden, mask, "mean").float().cpu().numpy()
            advance(len(states))
            return list(states)

        found = dict(batches(model, source, range(len(source)), forward))
    return np.stack([found[i] for i in range(len(source))])
