"""How fast every weight of a model learns, and which do at a time."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from transferkit.networks.layers import find_stacks, input_embeddings
from transferkit.training.learner import Learner
from transferkit.training.options import TrainingOptions


def parameter_groups(
    learner: Learner, rate: float, options: TrainingOptions, scales: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Optimizer groups: no weight decay on vectors (biases, norms); a rate per depth under `layer_decay`,
    and one scaled by `scales` for the model's weights named there."""
    per_layer = options.layer_decay or 1.0
    depths = _depths(learner.model) if per_layer < 1 else {}
    top = max(depths.values(), default=0)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name in learner.learnable:
        parameter = learner.get_parameter(name)
        below = top + 1 - depths.get(id(parameter), top + 1)
        scale = scales.get(name.removeprefix("model."), 1.0)
        key = (rate * scale * per_layer**below, options.weight_decay if parameter.ndim > 1 else 0.0)
        groups.setdefault(key, []).append(parameter)
    return [{"params": members, "lr": lr, "weight_decay": decay} for (lr, decay), members in groups.items()]


def _depths(model: nn.Module) -> dict[int, int]:
    """Depth of every weight: 0 for embeddings, k for layer k, 1 where none can be told apart; the head has none."""
    top = max(map(len, stacks := find_stacks(model)), default=1)  # stacks end at the same depth
    depths = {id(p): top - len(s) + i + 1 for s in stacks for i, layer in enumerate(s) for p in layer.parameters()}
    holder: Any = next(module for module in model.modules() if hasattr(module, "get_input_embeddings"))
    depths = depths or {id(p): top for p in holder.base_model.parameters()}
    depths.update({id(p): 0 for p in getattr(input_embeddings(holder), "parameters", list)()})
    return depths


def unfreeze(learner: Learner) -> None:
    """Let the head learn from the start and one more layer, from the top, after each tenth (Howard & Ruder 2018).

    What the adapter has frozen stays frozen.
    """
    depths = _depths(learner.model)
    lowest = max(depths.values()) + 1 - int(learner.progress * 10)
    for name in learner.learnable:
        parameter = learner.get_parameter(name)
        parameter.requires_grad_(depths.get(id(parameter), lowest) >= lowest)
