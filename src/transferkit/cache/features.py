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


@dataclass(frozen=True)
class Pooled:
    """Features of texts at every depth, (1, layers + 1, width) per row, and `first_token`; `whole` has both."""

    whole: Reader

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, position: int) -> Floats:
        return self.whole[position][:, :-1]

    def stack(self) -> Floats:
        """All of them, (rows, 1, layers + 1, width)."""
        return self.whole.stack()[:, :, :-1]

    def first_token(self, position: int) -> Floats:
        """What the last layer makes of the first token, before the model's final norm, (width,)."""
        found: Floats = self.whole[position][0, -1]
        return found


def pooled_layers(
    encoder: nn.Module, source: Examples, pooling: str, cache: Cache, name: str, ahead: int = 0
) -> Pooled:
    """Pooled features of every depth in one pass.

    Depth 0 are the embeddings; the last is what the model itself returns (after its final norm), and the only one where
    layers cannot be told apart.
    `name` identifies the frozen weights in the cache. The first `ahead` rows are read before the others, and so as
    whoever asks for them alone reads them: what else is in a batch shows in the last bits.
    """
    return pooled_when_needed(lambda: encoder, source, pooling, cache, name, ahead)


def pooled_when_needed(
    load: Callable[[], nn.Module], source: Examples, pooling: str, cache: Cache, name: str, ahead: int = 0
) -> Pooled:
    """What `pooled_layers` gives; the encoder is loaded only where something is not in the cache."""

    def read(states: Sequence[Tensor], top: Tensor, batch: Mapping[str, Tensor]) -> list[Tensor]:
        pooled = [pool(hidden, mask_of(batch), pooling) for hidden in states]
        first = top[:, 0].repeat(1, pooled[0].shape[1] // top.shape[2])  # several poolings stand side by side
        return [lines.unsqueeze(1) for lines in (*pooled, first)]

    return Pooled(_every_depth(load, source, read, cache.space("pooled", "first token", pooling, name), ahead))


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

    def read(states: Sequence[Tensor], _top: Tensor, batch: Mapping[str, Tensor]) -> list[Tensor]:
        return [at_words(hidden, batch) for hidden in states]

    return _every_depth(lambda: encoder, source, read, cache.space("words", name))


def _every_depth(
    load: Callable[[], nn.Module],
    source: Examples,
    read: Callable[[Sequence[Tensor], Tensor, Mapping[str, Tensor]], list[Tensor]],
    space: Space,
    ahead: int = 0,
) -> Reader:
    """What `read` makes of the states of every depth and of what the last layer itself returns, (rows, ..., lines,
    width), in one pass."""

    def compute(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        encoder, words = load(), source.encoded.words
        depth, device, own = depth_of(encoder), device_of(encoder), runnable(encoder)
        with (
            captured(own, range(depth + 1) if depth else ()) as seen,
            progress("reading features", len(positions)) as advance,
        ):

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                batch = {name: value.to(device) for name, value in batch.items()}
                output = own(**inputs_of(batch, device)).last_hidden_state
                states = [*(seen[d] for d in range(depth)), output]
                lines = [found.float().cpu().numpy() for found in read(states, seen.get(depth, output), batch)]
                advance(len(lines[0]))
                return list(np.stack(lines, axis=2))

            for i, row in batches(encoder, source, positions, forward):
                yield i, row if words is None else row[: len(words[i])][words[i] >= 0]

    keys = source.encoded.keys()
    if 0 < ahead < len(keys):
        space.fetch(keys[:ahead], compute)
    return space.fetch(keys, compute)


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
