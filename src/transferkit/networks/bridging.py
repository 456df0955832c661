"""Leading over layers that were left out: the layers before them are refitted in closed form."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from transferkit.encoding.batching import by_length
from transferkit.encoding.examples import Examples
from transferkit.networks.inference import batch_tokens, device_of
from transferkit.networks.inputs import mask_of
from transferkit.networks.layers import StopForward, captured, find_layers, stopping_after
from transferkit.networks.prefix import SkippedPrefix
from transferkit.progress import progress

_RIDGE = 0.01
_HELD_BACK = 5
_MOST_TOKENS = 16_384  # whose states at some depths are held in memory
_READ = ("input_ids", "attention_mask")


@dataclass(frozen=True)
class _Texts:
    """What is read, in batches, of which the first `fitted` are fitted on and the others held back."""

    batches: Sequence[dict[str, Tensor]]
    fitted: int


def gaps(kept: Sequence[int], total: int) -> dict[int, int]:
    """Of a student with the layers `kept` of `total`: the depth where each gap begins, and the teacher's where it
    ends."""
    starts = [*kept[1:], total]
    return {i + 1: start for i, start in enumerate(starts) if start > kept[i] + 1}


def bridge(student: nn.Module, teacher: nn.Module, kept: Sequence[int], source: Examples) -> None:
    """Refit, in place, the last linear map of every layer of `student` before a gap; it has the layers `kept` of
    `teacher`.

    On the tokens of the first rows of `source` each is fitted by least squares, so that what its layer hands on is
    what the teacher's next kept layer starts from, however many were left out between them (ReplaceMe, Shopkhoev et
    al. 2025, who fit one gap). It is fitted on what the refitted layers below it give, and so makes good for their
    errors too. Errors are relative to the length of a token's state. A layer that this does not better on every fifth
    row, held back, keeps its weights, as where a norm or experts follow the map; so do those that no gap follows:
    refitted too, they start and learn worse.
    """
    device = device_of(student)
    rows = np.arange(min(len(source.lengths), 1 + int(np.searchsorted(source.lengths.cumsum(), _MOST_TOKENS))))
    parts = [rows[rows % _HELD_BACK > 0], rows[rows % _HELD_BACK == 0]]
    groups = [[part[group] for group in by_length(source.lengths[part], batch_tokens())] for part in parts]
    read = [source.batch(group) for group in (*groups[0], *groups[1])]
    texts = _Texts([{name: b[name].to(device) for name in _READ if name in b} for b in read], len(groups[0]))
    ours: Sequence[Any] = [None] * len(read)
    theirs, shallow, deep = ours, 0, 0
    student.eval()
    teacher.eval()
    there = gaps(kept, len(find_layers(teacher)))
    with torch.no_grad(), progress("bridging the gaps", len(there)) as advance:
        for depth, start in there.items():
            theirs = list(_onward(teacher, deep, texts, theirs, start))
            ours = _refitted(student, shallow, depth, texts, ours, theirs)
            shallow, deep = depth, start
            advance(1)


def _onward(model: nn.Module, start: int, texts: _Texts, states: Sequence[Any], end: int) -> Iterator[Tensor]:
    """From the states (rows, tokens, width) at depth `start`, at 0 from the tokens, to those at `end`, by batch."""
    part = SkippedPrefix(model, start) if start else model
    for batch, state in zip(texts.batches, states, strict=True):
        inputs = {**batch, "activations": state} if start else batch
        with captured(model, [end]) as seen, stopping_after(model, end), suppress(StopForward):
            part(**inputs)
        yield seen[end]


def _refitted(
    student: nn.Module, start: int, depth: int, texts: _Texts, states: Sequence[Any], wanted: Sequence[Tensor]
) -> list[Tensor]:
    """The states at `depth`, from those at `start`, with the map before it refitted if those held back come nearer to
    `wanted`."""
    linear = _last_map(find_layers(student)[depth - 1], wanted[0].shape[-1])
    masks, fitted = [mask_of(batch).bool() for batch in texts.batches], texts.fitted
    before: list[Tensor] = []
    gram, cross, usable = torch.zeros(()), torch.zeros(()), fitted > 0
    with _inputs_of(linear) as seen:
        for out in _onward(student, start, texts, states, depth):
            mask, target = masks[len(before)], wanted[len(before)]
            before.append(out)
            # Of experts each sees some of the tokens, some none.
            usable = usable and len(seen) == 1 and seen[0].shape[:-1].numel() == mask.numel()
            if usable and len(before) <= fitted:
                inputs = seen[0].reshape(*mask.shape, -1)[mask].float()
                weighted = inputs / _lengths(target[mask])
                gram, cross = gram + weighted.T @ inputs, cross + weighted.T @ (target - out)[mask].float()
            seen.clear()
    if not usable:
        return before
    gram.diagonal().add_(_RIDGE * gram.diagonal().mean())
    change = torch.linalg.solve(gram, cross).to(linear.weight.dtype)
    old = linear.weight.clone()
    linear.weight.add_(change if isinstance(linear, Conv1D) else change.T)
    after = list(_onward(student, start, texts, states, depth))
    errors = [_error(candidate[fitted:], wanted[fitted:], masks[fitted:]) for candidate in (after, before)]
    if errors[0] < errors[1]:
        return after
    linear.weight.copy_(old)
    return before


def _last_map(layer: nn.Module, width: int) -> Any:
    """The linear map whose output ends in what the layer hands on: in most decoders the last one that is as wide."""
    maps = [module for module in layer.modules() if isinstance(module, nn.Linear | Conv1D)]
    return [linear for linear in maps if linear.weight.shape[isinstance(linear, Conv1D)] == width][-1]


@contextmanager
def _inputs_of(module: nn.Module) -> Iterator[list[Tensor]]:
    seen: list[Tensor] = []
    handle = module.register_forward_pre_hook(lambda _module, args: seen.append(args[0]))
    try:
        yield seen
    finally:
        handle.remove()


def _lengths(states: Tensor) -> Tensor:
    """The mean square of every state, (tokens, 1)."""
    return states.float().square().mean(dim=1, keepdim=True).clamp_min(1e-9)


def _error(states: Sequence[Tensor], wanted: Sequence[Tensor], masks: Sequence[Tensor]) -> float:
    pairs = [(a[mask].float(), b[mask].float()) for a, b, mask in zip(states, wanted, masks, strict=True)]
    return float(sum(((a - b).square() / _lengths(b)).sum() for a, b in pairs))
