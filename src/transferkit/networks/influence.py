"""How much every layer of a model changes what passes through it."""

import numpy as np
import torch
from torch import nn

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import inputs_of, mask_of
from transferkit.networks.layers import captured, find_layers
from transferkit.networks.replica import runnable


def block_influence(model: nn.Module, examples: Examples) -> Floats:
    """1 - cos(what goes into a layer, what comes out), the mean over the tokens of `examples`, (layers,).

    ShortGPT, Men et al. 2024, equation 1: layers of little influence can be left out at little loss.
    """
    depths = range(len(find_layers(model)) + 1)
    device = device_of(model)
    model = runnable(model)

    def forward(batch: dict[str, torch.Tensor]) -> list[Floats]:
        inputs = inputs_of(batch, device)
        with captured(model, depths) as seen:
            model(**inputs)
        mask = mask_of(inputs).bool()
        kept = [torch.cosine_similarity(seen[d][mask], seen[d + 1][mask], dim=-1) for d in depths[:-1]]
        change = 1 - torch.stack(kept, dim=1).float()
        return [row.sum(dim=0).cpu().numpy() for row in torch.split(change, mask.sum(dim=1).tolist())]

    sums = [row_sum for _, row_sum in batches(model, examples, range(len(examples)), forward)]
    return np.asarray(np.sum(sums, axis=0) / examples.lengths.sum(), dtype=np.float32)
