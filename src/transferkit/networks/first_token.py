"""Heads that read the first token alone: the last layer need not finish the others, nor a cached state of it be read
again."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.errors import is_out_of_memory
from transferkit.networks.inputs import inputs_of, logits_of
from transferkit.networks.layers import captured, depth_of, last_layer
from transferkit.networks.prefix import SkippedPrefix
from transferkit.sources.precision import lowered
from transferkit.sources.stack import hidden_of

_ROWS_AT_ONCE = 4096


@contextmanager
def first_token_alone(model: nn.Module, source: Examples, tried: nn.Module | None = None) -> Iterator[None]:
    """While open, the last layer of `model` finishes the first token alone, where that changes no answer.

    Behind its attention a layer works on every token for itself, which is three quarters of what it computes. A head
    like BERT's looks at the first token only, so that of six layers an eighth is saved, forward and backward, and
    the answers are the same. Whether the head is of this kind is tried on the longest row of `source`, with
    the model `tried` where `model` is the same in another precision.
    """
    attention, tried = _attention(model), tried or model
    if attention is None or not len(source) or not _reads_first_token(tried, _attention(tried), source):
        yield
        return
    with _cut(attention):
        yield


def _attention(model: nn.Module) -> Any:
    """The last layer's attention, if it is of BERT's kind: attention itself (`self`), then `output` per token."""
    layer = last_layer(model)
    attention = getattr(layer, "attention", None)
    return attention if hasattr(attention, "self") and hasattr(attention, "output") else None


@contextmanager
def _cut(attention: Any) -> Iterator[None]:
    # In blocks of memory of their own: of a view, linear layers in bf16 make a product per row, each with its own copy
    # of the weights.
    def after(_module: nn.Module, _args: Any, output: Any) -> Any:
        return (output[0][:, :1].contiguous(), *output[1:])

    def before(_module: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return tuple(argument[:, :1].contiguous() for argument in args)

    with ExitStack() as stack:
        stack.callback(attention.self.register_forward_hook(after).remove)
        stack.callback(attention.output.register_forward_pre_hook(before).remove)
        yield


def _reads_first_token(model: nn.Module, attention: Any, source: Examples) -> bool:
    """Whether other tokens may turn into NaN after the last layer, and be left out before, without any effect."""
    longest = int(np.argmax(source.lengths))
    if source.lengths[longest] < 2:
        return False
    device = next(iter(model.parameters())).device
    batch, learning = inputs_of(source.batch([longest]), device), model.training
    model.eval()
    try:
        with torch.no_grad():
            whole = logits_of(model(**batch))
            with _spoilt(model):
                spoilt = logits_of(model(**batch))
            with _cut(attention):
                short = logits_of(model(**batch))
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        return False  # whoever reads this row in earnest says so
    finally:
        model.train(learning)
    return all(whole.shape == other.shape and torch.allclose(whole, other, 1e-3, 1e-4) for other in (spoilt, short))


@contextmanager
def _spoilt(model: nn.Module) -> Iterator[None]:
    def spoil(_module: nn.Module, _args: Any, output: Any) -> Any:
        states = hidden_of(output).clone()
        states[:, 1:] = torch.nan
        return (states, *output[1:]) if isinstance(output, tuple) else states

    layer = last_layer(model)
    assert layer is not None
    handle = layer.register_forward_hook(spoil)
    try:
        yield
    finally:
        handle.remove()


def starts_from_first_token(model: nn.Module, source: Examples) -> bool:
    """Whether `behind_first_token` gives what `model` does, tried on the longest row of `source`."""
    depth, longest = depth_of(model), int(np.argmax(source.lengths))
    if not depth or source.encoded.pad_left or source.lengths[longest] < 2:
        return False
    batch = inputs_of(source.batch([longest]), next(iter(model.parameters())).device)
    try:
        with torch.no_grad(), captured(model, [depth]) as seen:
            whole = logits_of(model(**batch))
        with torch.no_grad():
            short = _behind(model, batch["input_ids"][:, :1], seen[depth][:, :1])
    except (MemoryError, RuntimeError, TypeError, ValueError, IndexError, AttributeError):
        return False  # it asks for more than a token, or does so in earnest
    return whole.shape == short.shape and torch.allclose(whole, short, 1e-3, 1e-4)


def behind_first_token(model: nn.Module, source: Examples, positions: Sequence[int], states: Floats) -> Floats:
    """What `model` gives for the rows at `positions`, (rows, labels), whose first tokens leave its last layer as
    `states` (rows, width): nothing below is computed."""
    device, found = next(iter(model.parameters())).device, []
    for start in range(0, len(positions), _ROWS_AT_ONCE):
        ids = [source.encoded.ids[i][:1] for i in positions[start : start + _ROWS_AT_ONCE]]
        there = torch.from_numpy(states[start : start + len(ids), None])
        with torch.inference_mode(), lowered(model):
            logits = _behind(model, torch.from_numpy(np.stack(ids)).to(device), there.to(device))
        found.append(logits.float().cpu().numpy())
    return np.concatenate(found)


def _behind(model: nn.Module, ids: Tensor, states: Tensor) -> Tensor:
    return logits_of(SkippedPrefix(model, depth_of(model))(ids, states))
