"""A Transformers model, or another one of torch, run as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.inference import line_outputs, token_outputs


@dataclass(frozen=True)
class TorchEngine:
    """See `Engine`; `model` takes the inputs of a batch and answers with logits."""

    model: Any

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    def run(self, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        by_tokens = source.encoded.passages is not None
        return (token_outputs if by_tokens else line_outputs)(self.model, source, positions)
