"""How logits change with the embeddings of the tokens that a network reads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from transferkit.errors import ConfigError
from transferkit.networks.layers import input_embeddings


def at_embeddings(
    model: Any, inputs: Mapping[str, Tensor], chosen: Callable[[], Tensor], at: Tensor | None = None
) -> Tensor:
    """The gradient of the sum of `chosen()`, which runs `model`, at its input embeddings, (rows, tokens, width).

    `inputs` are those it is run with. `at` are the embeddings to take in the place of those of its tokens. `model` must
    be one's own (`replica`): it is hooked. Raises `ConfigError` for a model that has no table of embeddings.
    """
    with torch.inference_mode(False), torch.enable_grad(), _leaf(model, inputs["input_ids"], at) as leaves:
        total = chosen().sum()
        if not leaves:
            raise ConfigError(f"{type(model).__name__} looks its tokens up elsewhere than in its table of embeddings")
        (found,) = torch.autograd.grad(total, leaves)
    return found.detach()


def embedded(model: Any, ids: Tensor) -> Tensor:
    """The embeddings of tokens `ids` (rows, tokens), as `at_embeddings` puts others in their place: (rows, tokens,
    width)."""
    with torch.no_grad():
        found: Tensor = _table(model)(ids)
    return found


@contextmanager
def _leaf(model: nn.Module, ids: Tensor, at: Tensor | None) -> Iterator[list[Tensor]]:
    """While open, what tokens are embedded as for the first time is a tensor of its own, in the list."""
    table, leaves = _table(model), list[Tensor]()

    def replace(_module: nn.Module, _args: Any, output: Tensor) -> Tensor | None:
        if leaves or output.shape[:2] != ids.shape:
            return None
        leaves.append((output if at is None else at.to(output)).detach().clone().requires_grad_())
        return leaves[0]

    tables = [module for module in model.modules() if getattr(module, "weight", None) is table.weight]
    handles = [module.register_forward_hook(replace) for module in tables if isinstance(module, nn.Embedding)]
    try:
        yield leaves
    finally:
        for handle in handles:
            handle.remove()


def _table(model: Any) -> Any:
    table = input_embeddings(model)
    if table is None:
        raise ConfigError(f"{type(model).__name__} has no table of embeddings for its tokens; name another model")
    return table


def picked(logits: Tensor, chosen: Sequence[tuple[int, ...]]) -> Tensor:
    """One logit of every row, (rows,): that at its position in `chosen`, (label,) or (word, label)."""
    rows = torch.arange(len(chosen), device=logits.device)
    return logits[(rows, *torch.tensor(chosen, device=logits.device).unbind(dim=1))]
