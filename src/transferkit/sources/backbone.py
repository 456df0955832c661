"""`Backbone`: a pretrained model on this machine, with its facts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from transferkit.config import FP32, Precision
from transferkit.shapes import Shape
from transferkit.sources import catalogue, examination, facts, fingerprint, layout, load_model, placeholders, sentence
from transferkit.sources.precision import noted
from transferkit.sources.source import Found, Request

if TYPE_CHECKING:  # importing these takes as long as importing torch, which only a model that is loaded needs
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

_WINDOW = 384

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class Backbone:
    """A pretrained model in a complete local Hugging Face folder.

    `architecture` is "encoder", "decoder" or "encoder-decoder"; `parameters` counts what the weights files
    hold; `max_length` is in tokens, and so is `positions`, what the model itself could take. `revision` is the hub's
    commit. `sha256` is that of the weights; `identity` is of weights, configuration and code.
    `pooling` is one of `sentence.POOLINGS`, or several joined by "+" which are to be concatenated; `prompt` goes before
    every text. `prompts` are those that its folder has by name. Where it is not `stacked`, its layers cannot be told
    apart. It is run in `precision`.
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
    prompts: Mapping[str, str] = field(default_factory=dict)
    stacked: bool = True
    precision: Precision = FP32

    @property
    def cache_key(self) -> str:
        """What identifies its states in the cache."""
        return self.identity if self.precision == FP32 else f"{self.identity} {self.precision}"

    @property
    def address(self) -> str:
        """How others find it: its hub name where it is in the catalogue, the whole path of a folder, or its name."""
        entry = catalogue.model(self.name)
        if entry is not None:
            return entry.hub
        there = Path(self.name).expanduser()
        return str(there.resolve()) if there.exists() else self.name

    def why_no_head(self, shape: Shape, problem_type: str) -> str | None:
        """One sentence on why it cannot be given a head for such answers, None if it can."""
        reason = load_model.why_no_head(self.folder, problem_type, self.trust_remote_code)
        return reason or self.why_no_places(shape)

    def why_no_places(self, shape: Shape) -> str | None:
        """One sentence on why its tokens cannot be found again in a text, None if they can or need not be."""
        if not shape.form.OF_TOKENS or self.tokenizer().is_fast:
            return None
        return (
            f"the tokenizer of {self.name} does not say where in a text its tokens stand; take a model with a fast one"
        )

    def longest(self, shape: Shape) -> int:
        """Tokens that it reads at most for such answers. The length a sentence-transformers model states is for
        embeddings; spans are looked for in windows of up to 384, as is usual."""
        return min(self.positions, _WINDOW) if shape.form.OF_CONTEXTS else self.max_length

    def tokenizer(self) -> PreTrainedTokenizerBase:
        """A new tokenizer, which always has a padding token (the end token where a decoder has none)."""
        return load_model.tokenizer(self.folder, self.lowercase, self.trust_remote_code)

    def encoder(self) -> PreTrainedModel:
        """A new model without any head, in evaluation mode, its weights in float32; its encoder if it also has a
        decoder."""
        return noted(load_model.encoder(self.folder, self.trust_remote_code), self.precision)  # type: ignore[no-any-return]

    def classifier(self, labels: Sequence[str], problem_type: str = "single_label_classification") -> PreTrainedModel:
        """A new classifier over `labels` in that order, in evaluation mode, its weights in float32.

        `problem_type` is Transformers' own for sequences (single_label_classification, multi_label_classification,
        regression), or token_classification, or question_answering.

        Its head is new even where the folder has one; it depends on torch's current seed alone.
        """
        # A decoder looks for the end of a text by it; in some encoders positions hang on their own.
        encoder = self.architecture == facts.ENCODER and self.configuration().pad_token_id is not None
        padding = None if encoder else self.tokenizer().pad_token_id
        made = load_model.classifier(self.folder, labels, problem_type, padding, self.trust_remote_code)
        return noted(made, self.precision)  # type: ignore[no-any-return]

    @property
    def writes(self) -> bool:
        """Whether it can write text."""
        return self.architecture != facts.ENCODER

    def configuration(self) -> PreTrainedConfig:
        """What its config.json says."""
        return load_model.configuration(self.folder, self.trust_remote_code)

    def generator(self) -> PreTrainedModel:
        """A new model with its pretrained head that writes text, in evaluation mode, its weights in float32."""
        return noted(load_model.generator(self.folder, self.trust_remote_code), self.precision)  # type: ignore[no-any-return]


def describe(name: str, model: Found, request: Request, licence: str | None = None) -> Backbone:
    """The backbone in the folder `model`. Raises `SourceError` for damaged or missing weights."""
    said = sentence.read(model.path)
    folder = layout.encoder_folder(model.path)
    placeholders.refuse(placeholders.beside(folder))
    read = facts.read(folder, request.trust_remote_code, said.max_length)
    stacked = examination.examine(folder, said.lowercase, request.trust_remote_code, request.cache_dir)
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
        licence=licence or layout.licence(model.path),
        revision=model.revision,
        normalize=said.normalize,
        prompt=said.prompt,
        lowercase=said.lowercase,
        trust_remote_code=request.trust_remote_code,
        positions=read.positions,
        prompts=said.prompts,
        stacked=stacked,
    )
