"""Forward passes without gradients, in batches of like length, halved when memory runs out.

None of them changes the model that it is given: what is hooked and switched is a replica of it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from transferkit.arrays import Floats, stacked
from transferkit.encoding.batching import by_length
from transferkit.encoding.examples import Examples
from transferkit.errors import ResourceError, is_out_of_memory
from transferkit.networks.first_token import first_token_alone
from transferkit.networks.inputs import at_words, inputs_of, logits_of, mask_of
from transferkit.networks.replica import replica, runnable
from transferkit.sources.allocation import freed_kept
from transferkit.sources.device import device
from transferkit.sources.precision import lowered

Found = TypeVar("Found")

_TOKENS_ON_CPU, _TOKENS_ON_GPU = 4096, 32_768  # a GPU idles at what two cores are busy with
_WORTH_TRYING = 64  # rows


def device_of(model: nn.Module) -> torch.device:
    return next(iter(model.parameters())).device


def batch_tokens() -> int:
    """Tokens of a batch without gradients."""
    return _TOKENS_ON_CPU if device().type == "cpu" else _TOKENS_ON_GPU


def batches(
    model: nn.Module, source: Examples, positions: Sequence[int], forward: Callable[[dict[str, Tensor]], list[Floats]]
) -> Iterator[tuple[int, Floats]]:
    """(position, result) for every position, in any order; `forward` gives one array per row of its batch, and runs in
    the precision of `model`."""

    def in_precision(batch: dict[str, Tensor]) -> list[Floats]:
        with lowered(model):
            return forward(batch)

    lengths = source.lengths[np.asarray(positions, dtype=np.int64)]
    with freed_kept():
        for group in by_length(lengths, batch_tokens()):
            yield from _halving([positions[i] for i in group], source, in_precision)


def _halving(
    group: list[int], source: Examples, forward: Callable[[dict[str, Tensor]], list[Floats]]
) -> Iterator[tuple[int, Floats]]:
    def work() -> list[Floats]:
        with torch.inference_mode():  # a thread's own: it must not be open where a caller takes a result
            return forward(source.batch(group))

    results = if_it_fits(work, [int(source.lengths[i]) for i in group])
    if results is None:
        yield from _halving(group[: len(group) // 2], source, forward)
        yield from _halving(group[len(group) // 2 :], source, forward)
    else:
        yield from zip(group, results, strict=True)


def if_it_fits(work: Callable[[], Found], lengths: Sequence[int]) -> Found | None:
    """What `work` gives; None where memory runs out and there is more than one row, so that it can be divided: then all
    that it held is given back. `lengths` are those of its rows, in tokens.

    Raises `ResourceError` where there is one row.
    """
    try:
        return work()
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    torch.cuda.empty_cache()
    if len(lengths) == 1:
        raise ResourceError(
            f"the machine ran out of memory over a single text of {lengths[0]} tokens; "
            f"lower --max-length to fewer than {lengths[0]}, or take a smaller model"
        )
    return None


def outputs(model: nn.Module, source: Examples) -> Floats:
    """What `model` answers for all rows of `source`, (rows, labels) or (rows, width), in their order.

    Where the rows have words, (rows, most words, labels), NaN where a row has no such word; for windows of contexts
    (windows, most tokens, 2).
    """
    found = dict(line_outputs(model, source, range(len(source))))
    return stacked([found[i] for i in range(len(source))])


def line_outputs(model: nn.Module, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
    """(position, what `model` answers for that row) as in `outputs`, in any order."""
    where, whole, model = device_of(model), model, runnable(model)

    def forward(batch: dict[str, Tensor]) -> list[Floats]:
        output = model(**inputs_of(batch, where))
        logits = at_words(logits_of(output).cpu().float(), batch)
        if "words" in batch:
            logits[batch["words"] < 0] = torch.nan
        elif "readable" in batch:
            logits[mask_of(batch) == 0] = torch.nan
        return list(logits.numpy())

    with first_token_alone(model, source, replica(whole)) if len(positions) >= _WORTH_TRYING else nullcontext():
        yield from batches(model, source, positions, forward)


def token_outputs(model: nn.Module, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
    """(position, logits of its tokens (tokens, 2)) for windows of contexts, in any order."""
    where, model = device_of(model), runnable(model)

    def forward(batch: dict[str, Tensor]) -> list[Floats]:
        logits = logits_of(model(**inputs_of(batch, where))).cpu().float().numpy()
        return [row[kept] for row, kept in zip(logits, mask_of(batch).bool().numpy(), strict=True)]

    yield from batches(model, source, positions, forward)
