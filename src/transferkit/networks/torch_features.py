"""A frozen encoder of torch, run for the states of some of its layers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import at_words, inputs_of, mask_of
from transferkit.networks.layers import StopForward, captured, stopping_after
from transferkit.networks.pooling import pool
from transferkit.networks.replica import replica


@dataclass(frozen=True)
class TorchFeatures:
    """See `FeatureEngine`; layers of `model`, an encoder, above the highest depth are not run. `uses_output` says that
    the last of `depths` is what the model returns after its final norm rather than what its top layer returns."""

    model: Any
    pooling: str
    depths: tuple[int, ...]
    uses_output: bool

    @property
    def parameters(self) -> int:
        return int(sum(p.numel() for p in self.model.parameters()))

    def run(
        self, source: Examples, positions: Sequence[int], head: Callable[[Floats], Floats]
    ) -> Iterator[tuple[int, Floats]]:
        place, encoder = device_of(self.model), replica(self.model)
        by_tokens = source.encoded.passages is not None
        read = _of_tokens if by_tokens else self._read
        top = self.depths[-1]
        with ExitStack() as stack:
            inner = [d for d in self.depths if not (self.uses_output and d == top)]
            seen = stack.enter_context(captured(encoder, inner))
            if not self.uses_output and top:
                stack.enter_context(stopping_after(encoder, top))

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                batch = {name: value.to(place) for name, value in batch.items()}
                inputs = inputs_of(batch, place)
                with suppress(StopForward):
                    output = encoder(**inputs)
                    if self.uses_output:
                        seen[top] = output.last_hidden_state
                found = torch.stack([read(seen[d].float(), batch) for d in self.depths], dim=-2).cpu().numpy()
                if not by_tokens:
                    return list(head(found))
                kept = mask_of(batch).bool().cpu().numpy()
                return [head(row[there]) for row, there in zip(found, kept, strict=True)]

            yield from batches(source, positions, forward)

    def _read(self, hidden: Tensor, batch: dict[str, Tensor]) -> Tensor:
        if "words" not in batch:
            return pool(hidden, mask_of(batch), self.pooling)
        return at_words(hidden, batch).masked_fill(batch["words"].unsqueeze(-1) < 0, torch.nan)


def _of_tokens(hidden: Tensor, _batch: dict[str, Tensor]) -> Tensor:
    return hidden
