"""A frozen encoder and a linear head on the pooled features of some of its layers, in use."""

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from transferkit.data.rows import Rows
from transferkit.predictors import Predictions, write_facts
from transferkit.training.encoding import encode
from transferkit.training.examples import UNLABELLED, Examples
from transferkit.training.head import Head
from transferkit.training.inference import Floats, batches, device_of
from transferkit.training.layers import StopForward, captured, find_layers, keep_layers, stopping_after
from transferkit.training.learner import mask_of
from transferkit.training.pooling import pool
from transferkit.training.windows import whole, windowed


@dataclass(frozen=True)
class FrozenFeatures:
    """`depths` are those whose pooled states the head reads; `uses_output` says that the last of them is
    what the model returns after its final norm rather than what its top layer returns.

    Pairs of texts are encoded together, as one input with a separator. With `windows`, texts longer than
    `max_length` are read in windows and their features averaged; otherwise they are cut.
    """

    encoder: Any
    tokenizer: Any
    pooling: str
    depths: tuple[int, ...]
    uses_output: bool
    head: Head
    labels: tuple[str, ...]
    max_length: int
    prompt: str = ""
    windows: bool = False

    @property
    def parameters(self) -> int:
        return int(sum(p.numel() for p in self.encoder.parameters())) + self.head.parameters

    def features(self, rows: Rows) -> Floats:
        """(rows, depths, width); layers above the highest depth are not run."""
        read = windowed(rows, self.tokenizer, self.max_length, self.prompt) if self.windows else whole(rows)
        encoded = encode(read.rows, self.tokenizer, self.max_length, self.prompt)
        source = Examples(encoded, np.full(len(encoded), UNLABELLED))
        device = device_of(self.encoder)
        self.encoder.eval()
        top = self.depths[-1]
        with ExitStack() as stack:
            inner = [d for d in self.depths if not (self.uses_output and d == top)]
            seen = stack.enter_context(captured(self.encoder, inner))
            if not self.uses_output and top:
                stack.enter_context(stopping_after(self.encoder, top))

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                inputs = {name: value.to(device) for name, value in batch.items() if name != "labels"}
                with suppress(StopForward):
                    output = self.encoder(**inputs)
                    if self.uses_output:
                        seen[top] = output.last_hidden_state
                mask = mask_of(inputs)
                pooled = [pool(seen[d], mask, self.pooling).float().cpu().numpy() for d in self.depths]
                return list(np.stack(pooled, axis=1))

            found = dict(batches(source, range(len(source)), forward))
        return read.averaged(np.stack([found[i] for i in range(len(source))]))

    def predict(self, rows: Rows) -> Predictions:
        if not len(rows):
            return Predictions(np.zeros((0, len(self.labels)), dtype=np.float32))
        return Predictions(self.head.probabilities(self.features(rows)))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.encoder.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        self.head.save(folder / "head.safetensors")
        facts = {
            "labels": self.labels,
            "pooling": self.pooling,
            "depths": self.depths,
            "uses_output": self.uses_output,
            "max_length": self.max_length,
            "prompt": self.prompt,
            "windows": self.windows,
        }
        write_facts(folder, "frozen_features", facts)


def trimmed(encoder: Any, depth: int) -> Any:
    """`encoder` without the layers above `depth`, in place."""
    if depth < len(find_layers(encoder)):
        keep_layers(encoder, range(max(1, depth)))
    return encoder


def load(folder: Path, facts: Mapping[str, Any]) -> FrozenFeatures:
    """What `save` wrote."""
    return FrozenFeatures(
        encoder=AutoModel.from_pretrained(folder, local_files_only=True).eval(),
        tokenizer=AutoTokenizer.from_pretrained(folder, local_files_only=True),
        pooling=str(facts["pooling"]),
        depths=tuple(facts["depths"]),
        uses_output=bool(facts["uses_output"]),
        head=Head.load(folder / "head.safetensors"),
        labels=tuple(facts["labels"]),
        max_length=int(facts["max_length"]),
        prompt=str(facts["prompt"]),
        windows=bool(facts["windows"]),
    )
