"""A frozen encoder of torch, run for the states of some of its layers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.gradients import at_embeddings, embedded, picked
from transferkit.networks.head import Head
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import at_words, inputs_of, mask_of
from transferkit.networks.layers import StopForward, captured, stopping_after
from transferkit.networks.pooling import pool
from transferkit.networks.replica import replica, runnable


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
        place, encoder = device_of(self.model), runnable(self.model)
        by_tokens = source.encoded.passages is not None
        with self._states(encoder) as states:

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                batch = {name: value.to(place) for name, value in batch.items()}
                features = self._features(states(inputs_of(batch, place)), batch).cpu().numpy()
                if not by_tokens:
                    return list(head(features))
                kept = mask_of(batch).bool().cpu().numpy()
                return [head(row[there]) for row, there in zip(features, kept, strict=True)]

            yield from batches(self.model, source, positions, forward)

    def embeddings(self, batch: Mapping[str, Tensor]) -> Floats:
        """As those of `TorchEngine`."""
        return embedded(self.model, batch["input_ids"].to(device_of(self.model))).float().cpu().numpy()

    def gradients(
        self, batch: Mapping[str, Tensor], chosen: Sequence[tuple[int, ...]], head: Head, at: Floats | None = None
    ) -> Floats:
        """As those of `TorchEngine`, of the logits that `head` makes of the features."""
        place, encoder = device_of(self.model), replica(self.model)
        there = {name: value.to(place) for name, value in batch.items()}
        inputs = inputs_of(there, place)
        with self._states(encoder) as states:

            def logits() -> Tensor:
                return picked(_scored(head, self._features(states(inputs), there)), chosen)

            embeddings = None if at is None else torch.tensor(at)
            return at_embeddings(encoder, inputs, logits, embeddings).float().cpu().numpy()

    @contextmanager
    def _states(self, encoder: Any) -> Iterator[Callable[[dict[str, Tensor]], list[Tensor]]]:
        """While open, what runs `encoder` for its states at every depth, (rows, tokens, width) each."""
        top = self.depths[-1]
        with ExitStack() as stack:
            inner = [d for d in self.depths if not (self.uses_output and d == top)]
            seen = stack.enter_context(captured(encoder, inner))
            if not self.uses_output and top:
                stack.enter_context(stopping_after(encoder, top))

            def run(inputs: dict[str, Tensor]) -> list[Tensor]:
                with suppress(StopForward):
                    output = encoder(**inputs)
                    if self.uses_output:
                        seen[top] = output.last_hidden_state
                return [seen[d].float() for d in self.depths]

            yield run

    def _features(self, states: list[Tensor], batch: Mapping[str, Tensor]) -> Tensor:
        """Of texts (rows, depths, width), of words or tokens (rows, words, depths, width)."""
        if "readable" in batch:
            return torch.stack(states, dim=-2)
        if "words" not in batch:
            return torch.stack([pool(hidden, mask_of(batch), self.pooling) for hidden in states], dim=-2)
        missing = batch["words"].unsqueeze(-1) < 0
        return torch.stack([at_words(hidden, batch).masked_fill(missing, torch.nan) for hidden in states], dim=-2)


def _scored(head: Head, features: Tensor) -> Tensor:
    """What `head.logits` makes of features."""
    center, weights, bias = (torch.tensor(part).to(features) for part in (head.center, head.weights, head.bias))
    centred = features - center
    units = centred / torch.linalg.vector_norm(centred, dim=-1, keepdim=True).clamp_min(1e-9)
    logits: Tensor = units.flatten(-2) @ weights + bias
    return logits
