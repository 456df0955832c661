"""What a frozen backbone says about texts: pooled features and token states, through the cache."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from transferkit.progress import progress
from transferkit.training.cache import Cache, Reader
from transferkit.training.examples import Examples
from transferkit.training.inference import batches, device_of
from transferkit.training.layers import StopForward, captured, find_layers, stopping_after
from transferkit.training.learner import mask_of
from transferkit.training.pooling import pool

Floats = npt.NDArray[np.float32]


def pooled_layers(encoder: nn.Module, source: Examples, pooling: str, cache: Cache, name: str) -> Floats:
    """Pooled features of every depth in one pass, (rows, layers + 1, width).

    Depth 0 are the embeddings; the last is what the model itself returns (after its final norm).
    `name` identifies the frozen weights in the cache.
    """
    depth = len(find_layers(encoder))

    def compute(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        device = device_of(encoder)
        encoder.eval()
        with captured(encoder, range(depth)) as seen, progress("reading features", len(positions)) as advance:

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                inputs = {name: value.to(device) for name, value in batch.items() if name != "labels"}
                seen[depth] = encoder(**inputs).last_hidden_state
                mask = mask_of(inputs)
                pooled = [pool(seen[d], mask, pooling).float().cpu().numpy() for d in range(depth + 1)]
                advance(len(mask))
                return list(np.stack(pooled, axis=1))

            yield from ((i, row[None]) for i, row in batches(source, positions, forward))

    reader = cache.space("pooled", pooling, name).fetch(source.encoded.keys(), compute)
    return reader.stack()[:, 0]


def token_states(model: nn.Module, source: Examples, depth: int, cache: Cache, name: str) -> Reader:
    """Hidden states after `depth` layers, (tokens, width) per row; the layers above are not run.

    `name` identifies the frozen weights in the cache.
    """

    def compute(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        device = device_of(model)
        model.eval()
        with ExitStack() as stack:
            seen = stack.enter_context(captured(model, [depth]))
            if depth:
                stack.enter_context(stopping_after(model, depth))
            advance = stack.enter_context(progress(f"caching layer {depth}", len(positions)))

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                inputs = {name: value.to(device) for name, value in batch.items() if name != "labels"}
                with suppress(StopForward):
                    model(**inputs)
                advance(len(inputs["input_ids"]))
                return unpadded(seen[depth], mask_of(inputs))

            yield from batches(source, positions, forward)

    return cache.space("tokens", depth, name).fetch(source.encoded.keys(), compute)


def unpadded(hidden: Tensor, mask: Tensor) -> list[Floats]:
    """One (tokens, ...) array per row, padding removed."""
    values, kept = hidden.float().cpu().numpy(), mask.bool().cpu().numpy()
    return [values[i][kept[i]] for i in range(len(values))]
