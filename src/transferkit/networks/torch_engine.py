"""A Transformers model, or another one of torch, run as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from transferkit.arrays import Floats
from transferkit.encoding.examples import Examples
from transferkit.networks.gradients import at_embeddings, embedded, picked
from transferkit.networks.inference import device_of, line_outputs, token_outputs
from transferkit.networks.inputs import at_words, inputs_of, logits_of
from transferkit.networks.replica import replica


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

    def embeddings(self, batch: Mapping[str, Tensor]) -> Floats:
        """The input embeddings of the tokens of `batch`, as `Examples.batch` gives it, (rows, tokens, width)."""
        return embedded(self.model, batch["input_ids"].to(device_of(self.model))).float().cpu().numpy()

    def gradients(
        self, batch: Mapping[str, Tensor], chosen: Sequence[tuple[int, ...]], at: Floats | None = None
    ) -> Floats:
        """The gradient of one logit of every line of `batch` at its input embeddings, (rows, tokens, width), padding
        included.

        `chosen` says for every line which logit: (label,) of a text; (word, label) where lines have words; (token,
        label) of windows of contexts. `at` are embeddings to take in the place of the tokens' own, as `embeddings`
        gives them. Raises `ConfigError` for a model without a table of embeddings.
        """
        where, model = device_of(self.model), replica(self.model)
        inputs = inputs_of(batch, where)

        def logits() -> Tensor:
            return picked(at_words(logits_of(model(**inputs)), _words(batch, where)).float(), chosen)

        embeddings = None if at is None else torch.tensor(at)
        return at_embeddings(model, inputs, logits, embeddings).float().cpu().numpy()


def _words(batch: Mapping[str, Tensor], where: torch.device) -> dict[str, Tensor]:
    return {"words": batch["words"].to(where)} if "words" in batch else {}
