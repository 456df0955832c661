"""What a trained classifier makes of short phrases: where a static student starts from."""

from typing import Any

import numpy as np
from torch import Tensor

from transferkit.progress import progress
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats, batches, device_of
from transferkit.training.layers import captured, find_layers
from transferkit.training.learner import mask_of
from transferkit.training.pooling import pool


def read_phrases(model: Any, source: Examples) -> tuple[Floats, Floats]:
    """Mean of the last layer's token states (phrases, width), and logits (phrases, labels)."""
    depth, device = len(find_layers(model)), device_of(model)
    model.eval()
    with captured(model, [depth]) as seen, progress("starting from the teacher", len(source)) as advance:

        def forward(batch: dict[str, Tensor]) -> list[Floats]:
            inputs = {name: value.to(device) for name, value in batch.items() if name != "labels"}
            logits = model(**inputs).logits.float().cpu().numpy()
            states = pool(seen[depth], mask_of(inputs), "mean").float().cpu().numpy()
            advance(len(logits))
            return list(np.hstack([states, logits]))

        found = dict(batches(source, range(len(source)), forward))
    both = np.stack([found[i] for i in range(len(source))])
    width = both.shape[1] - model.config.num_labels
    return both[:, :width], both[:, width:]
