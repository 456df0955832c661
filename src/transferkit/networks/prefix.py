"""Skipping a frozen prefix: the lower layers of a model answer from the cache instead of computing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from transferkit.networks.layers import find_layers


class SkippedPrefix(nn.Module):
    """`model` whose first `depth` layers return the `activations` given with the batch.

    Any Transformers model works, since only the layers' `forward` is replaced: the first `depth - 1`
    hand their input on, the last of them hands out the activations. Embeddings still run: they are
    frozen, cheap, and masks and positions are made from them.
    """

    def __init__(self, model: nn.Module, depth: int) -> None:
        super().__init__()
        self.model = model
        self.depth = depth
        self.values = _values_of_a_layer(model)

    @property
    def config(self) -> Any:
        return self.model.config

    def forward(
        self,
        input_ids: Tensor,
        activations: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
    ) -> Any:
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        with _answering(self.model, self.depth, activations, self.values):
            return self.model(**{name: value for name, value in inputs.items() if value is not None})


@contextmanager
def _answering(model: nn.Module, depth: int, activations: Tensor, values: int) -> Iterator[None]:
    def hand_on(hidden_states: Tensor, *_args: Any, **_kwargs: Any) -> Any:
        return (hidden_states, *[None] * (values - 1)) if values else hidden_states

    layers = list(find_layers(model))[:depth]
    for layer in layers[:-1]:
        layer.forward = hand_on
    layers[-1].forward = lambda *_args, **_kwargs: hand_on(activations)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _values_of_a_layer(model: nn.Module) -> int:
    """How many values the tuple holds that a layer returns, as MPNet's do; 0 where it is a bare tensor, as in BERT."""
    counts: list[int] = []

    def look(_module: nn.Module, _args: Any, output: Any) -> None:
        counts.append(len(output) if isinstance(output, tuple) else 0)

    handle = find_layers(model)[0].register_forward_hook(look)
    _try_out(model)
    handle.remove()
    return counts[0]


def freeze_below(model: nn.Module, depth: int) -> None:
    """Freeze everything that runs before layer `depth` + 1: embeddings and the first `depth` layers."""
    layers = find_layers(model)
    above = {id(p) for layer in list(layers)[depth:] for p in layer.parameters()}
    inside = {id(p) for layer in layers for p in layer.parameters()}
    whole: Any = model
    backbone = getattr(whole, whole.base_model_prefix, whole)
    after = _runs_after(model, layers[depth])
    if (head := whole.get_output_embeddings()) is not None:
        # Shared with the embeddings, which run before; and large, for what a pretrained one has still to learn.
        head.requires_grad_(False)
        after -= {id(p) for p in head.parameters()}
    for parameter in backbone.parameters():
        if id(parameter) in inside:
            parameter.requires_grad_(id(parameter) in above)
        else:
            parameter.requires_grad_(id(parameter) in after)


def _runs_after(model: nn.Module, layer: nn.Module) -> set[int]:
    """Weights of the modules that run only after `layer` has begun (final norm, pooler, head), found by a trial.

    The order in the module tree does not say: MPNet keeps its position bias behind its layers and uses it first.
    """
    begun: dict[int, bool] = {}
    started = False

    def note(module: nn.Module, _args: Any) -> None:
        nonlocal started
        started = started or module is layer
        begun.setdefault(id(module), started)

    handles = [module.register_forward_pre_hook(note) for module in model.modules()]
    _try_out(model)
    for handle in handles:
        handle.remove()
    return {id(p) for m in model.modules() if begun.get(id(m)) for p in m.parameters(recurse=False)}


def _try_out(model: nn.Module) -> None:
    with torch.no_grad():
        model(input_ids=torch.zeros((1, 2), dtype=torch.long, device=next(model.parameters()).device))
