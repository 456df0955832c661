"""Reaching into any Transformers model: its stack of layers, and the hidden states between them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from transferkit.errors import ConfigError
from transferkit.sources import stack
from transferkit.sources.stack import hidden_of

TOP = -1
"""The depth of what a model's output layer is given: its last states, after the last norm."""
EMBEDDED = -2
"""The depth of what the table of input embeddings gives for the tokens, before anything is added to it."""


def output_layer(model: Any) -> Any:
    """What turns states into logits over the vocabulary."""
    return model.get_output_embeddings()


def input_embeddings(model: Any) -> Any:
    """The table that turns token ids into states; None where several do together (CANINE)."""
    try:
        return model.get_input_embeddings()
    except (NotImplementedError, AttributeError):
        return None


def find_layers(model: nn.Module) -> nn.ModuleList:
    """The stack of Transformer layers. Raises `ConfigError` where there is none to tell apart."""
    layers = stack.find(model)
    if layers is None:
        raise ConfigError(f"{type(model).__name__} has no stack of layers; leave out what asks for layers")
    return layers


def depth_of(model: nn.Module) -> int:
    """How many layers can be told apart, 0 where there is no stack of them."""
    layers = stack.find(model)
    return 0 if layers is None else len(layers)


def last_layer(model: nn.Module) -> nn.Module | None:
    """The topmost layer; None for models without a stack of them."""
    layers = stack.find(model)
    return None if layers is None else layers[-1]


def find_stacks(model: nn.Module) -> list[nn.ModuleList]:
    """What `find_layers` finds, or nothing; of an encoder-decoder both stacks, its encoder's first."""
    if not getattr(getattr(model, "config", None), "is_encoder_decoder", False):
        layers = stack.find(model)
        return [] if layers is None else [layers]
    whole: Any = next(module for module in model.modules() if hasattr(module, "get_decoder"))
    halves = (whole.get_encoder(), whole.get_decoder())
    return [max((m for m in half.modules() if isinstance(m, nn.ModuleList)), key=_weights) for half in halves]


def _weights(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


class StopForward(Exception):  # noqa: N818  (a signal, not an error)
    """Raised by a hook when what comes later is not needed."""


@contextmanager
def captured(model: nn.Module, depths: Sequence[int]) -> Iterator[dict[int, Tensor]]:
    """While open, every forward pass fills a dict: depth -> hidden states (rows, tokens, width).

    Depth 0 is the input of the first layer, depth k the output of layer k, `TOP` the input of the output layer,
    `EMBEDDED` the embeddings of the tokens (of an encoder-decoder those of its encoder), of which gradients can be
    taken also where the table does not learn. Raises `ConfigError` for depths that the model does not have.
    """
    layers = find_layers(model) if any(depth >= 0 for depth in depths) else nn.ModuleList()
    seen: dict[int, Tensor] = {}

    def keep_top(_module: nn.Module, args: tuple[Any, ...]) -> None:
        seen[TOP] = args[0]

    def keep_input(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        seen[0] = args[0] if args else kwargs["hidden_states"]

    def keep_output(depth: int) -> Any:
        def hook(_module: nn.Module, _args: Any, output: Any) -> None:
            seen[depth] = hidden_of(output)

        return hook

    def keep_embedded(_module: nn.Module, _args: Any, output: Tensor) -> None:
        if torch.is_grad_enabled() and not output.requires_grad:
            output.requires_grad_()
        seen.setdefault(EMBEDDED, output)

    handles = [layers[0].register_forward_pre_hook(keep_input, with_kwargs=True)] if 0 in depths else []
    handles += [_table(model).register_forward_hook(keep_embedded)] if EMBEDDED in depths else []
    handles += [output_layer(model).register_forward_pre_hook(keep_top)] if TOP in depths else []
    handles += [layers[d - 1].register_forward_hook(keep_output(d)) for d in depths if d > 0]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def shifted(model: nn.Module, shift: Tensor) -> Iterator[None]:
    """While open, the first lookup of input embeddings gives them with `shift` (rows, tokens, width) added.

    Raises `ConfigError` for a model without a table of input embeddings.
    """
    done = False

    def add(_module: nn.Module, _args: Any, output: Tensor) -> Tensor:
        nonlocal done
        whole, done = output if done else output + shift, True
        return whole

    handle = _table(model).register_forward_hook(add)
    try:
        yield
    finally:
        handle.remove()


def _table(model: nn.Module) -> nn.Module:
    table = input_embeddings(model)
    if not isinstance(table, nn.Module):
        raise ConfigError(f"{type(model).__name__} has no table of input embeddings; leave out what changes them")
    return table


@contextmanager
def captured_along(model: Any, depths: Sequence[int]) -> Iterator[list[Tensor]]:
    """While open, every forward pass of a decoder adds its states at `depths` to a list, side by side, (rows, tokens,
    depths * width); at `TOP` those of all tokens, whichever of them reach the output layer.

    Nothing is added where the output layer is given something else than the states of a model inside.
    """
    passes: list[Tensor] = []
    states: list[Tensor] = []
    if not depths:
        yield passes
        return

    def note(_module: nn.Module, _args: Any, output: Any) -> None:
        if hasattr(output, "last_hidden_state"):
            states[:] = [output.last_hidden_state]

    def keep(_module: nn.Module, args: tuple[Any, ...]) -> None:
        if states and torch.equal(args[0][:, -1], states[0][:, -1]):
            seen[TOP] = states.pop()
            passes.append(torch.cat([seen[depth] for depth in depths], dim=-1))

    from transformers import PreTrainedModel  # takes as long as importing torch, which a static model needs alone

    inside = [module for module in model.modules() if isinstance(module, PreTrainedModel) and module is not model]
    with captured(model, [depth for depth in depths if depth != TOP]) as seen:
        handles = [module.register_forward_hook(note) for module in inside]
        handles.append(output_layer(model).register_forward_pre_hook(keep))
        try:
            yield passes
        finally:
            for handle in handles:
                handle.remove()


@contextmanager
def stopping_after(model: nn.Module, depth: int) -> Iterator[None]:
    """While open, forward passes raise `StopForward` once layer `depth` is done, or before the output layer."""

    def stop(_module: nn.Module, _args: Any, _output: Any = None) -> None:
        raise StopForward

    top = depth == TOP
    module = output_layer(model) if top else find_layers(model)[depth - 1]
    handle = module.register_forward_pre_hook(stop) if top else module.register_forward_hook(stop)
    try:
        yield
    finally:
        handle.remove()


def keep_layers(model: nn.Module, keep: Sequence[int]) -> None:
    """Shrink `model` in place to the layers at the positions `keep`, config included."""
    layers = find_layers(model)
    kept = [layers[i] for i in keep]
    del layers[:]
    layers.extend(kept)
    config: Any = model.config
    depth_name = "num_hidden_layers" if hasattr(config, "num_hidden_layers") else "n_layer"
    setattr(config, depth_name, len(kept))
    for name in ("layer_types", "no_rope_layers"):
        if getattr(config, name, None):
            setattr(config, name, [getattr(config, name)[i] for i in keep])
    for position, layer in enumerate(kept):
        for module in layer.modules():
            if hasattr(module, "layer_idx"):
                setattr(module, "layer_idx", position)  # noqa: B010  (nn.Module types attributes as tensors)
