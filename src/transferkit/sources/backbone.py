"""`Backbone`: a pretrained model on this machine, with its facts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from transferkit.sources import examination, facts, fingerprint, layout, load_model, sentence
from transferkit.sources.source import Found, Request
from transferkit.tasks import Shape

if TYPE_CHECKING:  # importing these takes as long as importing torch, which only a model that is loaded needs
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

_WINDOW = 384

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class Backbone:
    """A pretrained model in a complete local Hugging Face folder.

    `architecture` is "encoder", "decoder" or "encoder-decoder"; `parameters` counts what the weights files
    hold; `max_length` is in tokens, and so is `positions`, what the model itself could take. `revision` is the hub's
    commit. `sha256` is that of the weights; `identity`, of weights, configuration and code, goes into cache keys.
    `pooling` is one of `sentence.POOLINGS`, or several joined by "+" which are to be concatenated; `prompt` goes before
    every text.
    """

    name: str
    folder: Path
    architecture: str
    parameters: int
    layers: int
    width: int
    vocabulary: int
    max_length: int
    sha256: str
    identity: str
    pooling: str
    licence: str | None = None
    revision: str | None = None
    normalize: bool = False
    prompt: str = ""
    lowercase: bool = False
    trust_remote_code: bool = False
    positions: int = 512

    def longest(self, shape: Shape) -> int:
        """Tokens that it reads at most for such answers. The length a sentence-transformers model states is for
        embeddings; spans are looked for in windows of up to 384, as is usual."""
        return min(self.positions, _WINDOW) if shape is Shape.SPAN else self.max_length

    def tokenizer(self) -> PreTrainedTokenizerBase:
        """A new tokenizer, which always has a padding token (the end token where a decoder has none)."""
        return load_model.tokenizer(self.folder, self.lowercase, self.trust_remote_code)

    def encoder(self) -> PreTrainedModel:
        """A new model without any head, in float32 and evaluation mode; its encoder if it also has a decoder."""
        return load_model.encoder(self.folder, self.trust_remote_code)

    def classifier(self, labels: Sequence[str], problem_type: str = "single_label_classification") -> PreTrainedModel:
        """A new classifier over `labels` in that order, in float32 and evaluation mode.

        `problem_type` is Transformers' own for sequences (single_label_classification, multi_label_classification,
        regression), or token_classification, or question_answering.

        Its head is new even where the folder has one; it depends on torch's current seed alone.
        """
        return load_model.classifier(
            self.folder, labels, problem_type, self.tokenizer().pad_token_id, self.trust_remote_code
        )

    @property
    def writes(self) -> bool:
        """Whether it can write text."""
        return self.architecture != facts.ENCODER

    def configuration(self) -> PreTrainedConfig:
        """What its config.json says."""
        return load_model.configuration(self.folder, self.trust_remote_code)

    def generator(self) -> PreTrainedModel:
        """A new model with its pretrained head that writes text, in float32 and evaluation mode."""
        return load_model.generator(self.folder, self.trust_remote_code)


def describe(name: str, found: Found, request: Request, licence: str | None = None) -> Backbone:
    """The backbone in the folder `found`. Raises `SourceError` for damaged or missing weights."""
    said = sentence.read(found.path)
    folder = layout.encoder_folder(found.path)
    read = facts.read(folder, request.trust_remote_code, said.max_length)
    examination.examine(folder, said.lowercase, request.trust_remote_code, request.cache_dir)
    if said.ignored:
        log.warning("%s: not applied: %s", name, ", ".join(said.ignored))
    weights = fingerprint.of_weights(layout.weights(folder), request.cache_dir)
    return Backbone(
        name=name,
        folder=folder,
        architecture=read.architecture,
        parameters=read.parameters,
        layers=read.layers,
        width=read.width,
        vocabulary=read.vocabulary,
        max_length=read.max_length,
        sha256=weights,
        identity=fingerprint.of_model(folder, weights),
        pooling=said.pooling or ("lasttoken" if read.architecture == facts.DECODER else "mean"),
        licence=licence or layout.licence(found.path),
        revision=found.revision,
        normalize=said.normalize,
        prompt=said.prompt,
        lowercase=said.lowercase,
        trust_remote_code=request.trust_remote_code,
        positions=read.positions,
    )
