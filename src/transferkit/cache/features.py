"""What a frozen backbone says about texts: pooled features and token states, through the cache."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from transferkit.arrays import Floats
from transferkit.cache.spaces import Cache, Reader, Space
from transferkit.encoding.examples import Examples, Lines
from transferkit.networks.embedder import Embedder
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import at_words, inputs_of, mask_of
from transferkit.networks.layers import TOP, StopForward, captured, depth_of, stopping_after
from transferkit.networks.pooling import pool
from transferkit.networks.replica import runnable
from transferkit.progress import progress


def pooled_layers(encoder: nn.Module, source: Examples, pooling: str, cache: Cache, name: str) -> Reader:
    """Pooled features of every depth in one pass, (1, layers + 1, width) per row.

    Depth 0 are the embeddings; the last is what the model itself returns (after its final norm), and the only one where
    layers cannot be told apart.
    `name` identifies the frozen weights in the cache.
    """
    return pooled_when_needed(lambda: encoder, source, pooling, cache, name)


def pooled_when_needed(
    load: Callable[[], nn.Module], source: Examples, pooling: str, cache: Cache, name: str
) -> Reader:
    """What `pooled_layers` gives; the encoder is loaded only where something is not in the cache."""

    def read(hidden: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        return pool(hidden, mask_of(batch), pooling).unsqueeze(1)

    return _every_depth(load, source, read, cache.space("pooled", pooling, name))


def vectors(encoder: nn.Module, source: Examples, pooling: str, cache: Cache, name: str) -> Floats:
    """What the encoder itself makes of texts, pooled, (rows, width). `name` identifies its weights in the cache."""

    def compute(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        embedder, device = runnable(Embedder(encoder, pooling)), device_of(encoder)
        with progress("reading texts", len(positions)) as advance:

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                found = embedder(**inputs_of(batch, device)).float().cpu().numpy()
                advance(len(found))
                return list(found[:, None])

            yield from batches(encoder, source, positions, forward)

    return cache.space("vectors", pooling, name).fetch(source.encoded.keys(), compute).stack()[:, 0]


def word_layers(encoder: nn.Module, source: Examples, cache: Cache, name: str) -> Reader:
    """What stands for every word at every depth, (words, layers + 1, width) per row, for words that have a token."""
    return _every_depth(lambda: encoder, source, at_words, cache.space("words", name))


def _every_depth(
    load: Callable[[], nn.Module],
    source: Examples,
    read: Callable[[Tensor, Mapping[str, Tensor]], Tensor],
    space: Space,
) -> Reader:
    """What `read` makes of the states of every depth, (rows, ..., depths, width), in one pass."""

    def compute(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        encoder, words = load(), source.encoded.words
        depth, device, own = depth_of(encoder), device_of(encoder), runnable(encoder)
        with captured(own, range(depth)) as seen, progress("reading features", len(positions)) as advance:

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                batch = {name: value.to(device) for name, value in batch.items()}
                seen[depth] = own(**inputs_of(batch, device)).last_hidden_state
                per_depth = [read(seen[d], batch).float().cpu().numpy() for d in range(depth + 1)]
                advance(len(per_depth[0]))
                return list(np.stack(per_depth, axis=2))

            for i, row in batches(encoder, source, positions, forward):
                yield i, row if words is None else row[: len(words[i])][words[i] >= 0]

    return space.fetch(source.encoded.keys(), compute)


@dataclass(frozen=True)
class _Part:
    """The `number`-th of so many equal parts that stand side by side in results."""

    whole: Reader
    number: int
    parts: int

    def __getitem__(self, position: int) -> Floats:
        found = self.whole[position]
        width = found.shape[1] // self.parts
        return found[:, self.number * width : (self.number + 1) * width]


def token_states(
    model: nn.Module, source: Examples, depths: Sequence[int], cache: Cache, name: str
) -> Mapping[int, Lines]:
    """Hidden states after so many layers, (tokens, width) per depth and row, all read in one pass.

    Layers above the last of `depths` are not run. `name` identifies the frozen weights in the cache.
    """
    depths = sorted(set(depths))
    top = TOP if TOP in depths else max(depths)

    def compute(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        device, own = device_of(model), runnable(model)
        with ExitStack() as stack:
            seen = stack.enter_context(captured(own, depths))
            if top:
                stack.enter_context(stopping_after(own, top))
            what = "caching layer " + ", ".join(map(str, depths)) if top != TOP else "reading the teacher's states"
            advance = stack.enter_context(progress(what, len(positions)))

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                inputs = inputs_of(batch, device)
                with suppress(StopForward):
                    own(**inputs)
                advance(len(inputs["input_ids"]))
                return unpadded(torch.cat([seen[depth] for depth in depths], dim=-1), mask_of(inputs))

            yield from batches(model, source, positions, forward)

    found = space_of_tokens(cache, depths, name).fetch(source.encoded.keys(), compute)
    return {depth: _Part(found, i, len(depths)) for i, depth in enumerate(depths)}


def space_of_tokens(cache: Cache, depths: Sequence[int], name: str) -> Space:
    """Where `token_states` keeps the states at ascending `depths`, side by side."""
    return cache.space("tokens", list(depths), name)


def unpadded(hidden: Tensor, mask: Tensor) -> list[Floats]:
    """One (tokens, ...) array per row, padding removed."""
    values, kept = hidden.float().cpu().numpy(), mask.bool().cpu().numpy()
    return [values[i][kept[i]] for i in range(len(values))]
