"""Whether the layers of a model can be told apart: one stack, which every text passes from bottom to top."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

_TOKENS = 8
_tried: dict[tuple[type, str], bool] = {}
_one_at_a_time = threading.Lock()


def find(model: nn.Module) -> nn.ModuleList | None:
    """The stack of Transformer layers: the list as long as the config says, with the most weights.

    None where there is no such list (ALBERT runs one layer again and again), where layers of the same kind stand
    outside of it too (CANINE, Funnel), or where what they hand on is not (texts, tokens, width) as it came in (XLNet).
    """
    config: Any = getattr(model, "config", None)
    depth = getattr(config, "num_hidden_layers", None) or getattr(config, "n_layer", None)
    stacks = [m for m in model.modules() if isinstance(m, nn.ModuleList) and len(m) == depth]
    if not stacks:
        return None
    stack = max(stacks, key=_weights)
    if getattr(config, "is_encoder_decoder", False) or _is_whole(model, stack):
        return stack
    return None


def hidden_of(output: Any) -> Tensor:
    """The hidden states in what a layer returned (a tensor, or a tuple that starts with one)."""
    hidden: Tensor = output[0] if isinstance(output, tuple) else output
    return hidden


def _weights(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def _is_whole(model: nn.Module, stack: nn.ModuleList) -> bool:
    """Whether there are no such layers elsewhere, and a text passes these in their order; tried once for every class
    of models in a process."""
    kinds, within = {type(layer) for layer in stack}, {id(layer) for layer in stack}
    if any(type(module) in kinds and id(module) not in within for module in model.modules()):
        return False
    from transformers import PreTrainedModel  # takes as long as importing torch

    inner = next((module for module in model.modules() if isinstance(module, PreTrainedModel)), None)
    if inner is None:
        return True
    body: Any = inner.base_model
    key = (type(body), str(getattr(body.config, "model_type", "")))
    with _one_at_a_time:
        if key not in _tried:
            _tried[key] = _passes(body, stack)
        return _tried[key]


def _passes(body: Any, stack: nn.ModuleList) -> bool:
    """Whether a short text passes every layer of `stack` once, in order, as (1, tokens, width)."""
    passed: list[tuple[int, tuple[int, ...]]] = []
    where = next(body.parameters()).device

    def note(number: int) -> Any:
        def hook(_module: nn.Module, _args: Any, output: Any) -> None:
            passed.append((number, tuple(hidden_of(output).shape[:2])))

        return hook

    handles = [layer.register_forward_hook(note(i)) for i, layer in enumerate(stack)]
    ids = torch.zeros((1, _TOKENS), dtype=torch.long, device=where)
    try:
        with _as_it_was(body), torch.no_grad():
            body(input_ids=ids, attention_mask=torch.ones_like(ids))
    except (TypeError, ValueError, RuntimeError, IndexError, AttributeError):
        return True  # code of its own that asks for more: the list is what its config says
    finally:
        for handle in handles:
            handle.remove()
    return passed == [(i, (1, _TOKENS)) for i in range(len(stack))]


@contextmanager
def _as_it_was(model: nn.Module) -> Iterator[None]:
    """While open, `model` draws nothing; afterwards what was in training is so again."""
    learning = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in learning:
            module.training = True
