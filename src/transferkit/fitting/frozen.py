"""A pretrained model that stays as it is."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from transferkit.arrays import Floats
from transferkit.cache import spaces
from transferkit.cache.depths import OfTexts
from transferkit.cache.features import pooled_when_needed
from transferkit.encoding.encoded import encode
from transferkit.encoding.examples import Examples
from transferkit.encoding.windows import whole
from transferkit.errors import ConfigError, SourceError, shown
from transferkit.fitting import models
from transferkit.fitting.settings import FeatureSettings
from transferkit.places import cache_folder
from transferkit.sources.backbone import Backbone
from transferkit.sources.hush import hushed
from transferkit.table.rows import Rows


@dataclass(frozen=True)
class Frozen:
    """`backbone`, loaded when it is first needed. What is pickled are its facts: its weights are found again by its
    name, and have to be the same."""

    settings: FeatureSettings
    backbone: Backbone
    pickled: bool = field(default=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return Frozen, (self.settings, self.backbone, True)

    @property
    def pooling(self) -> str:
        """The one asked for, or the model's own."""
        return self.settings.pooling or self.backbone.pooling

    @property
    def layers(self) -> tuple[int, ...]:
        """Those asked for, counted from 0, the embeddings. Raises `ConfigError` for one that it has not."""
        top, asked = self.backbone.layers if self.backbone.stacked else 0, self.settings.layers
        if asked == "all":
            return tuple(range(top + 1))
        wanted = asked if isinstance(asked, tuple) else (int(asked),)
        found = tuple(layer + top + 1 if layer < 0 else layer for layer in wanted)
        if odd := [layer for layer, place in zip(wanted, found, strict=True) if not 0 <= place <= top]:
            there = (
                f"0 (the embeddings) to {top}, or -1 for the last"
                if top
                else "-1 alone: its layers cannot be distinguished"
            )
            raise ConfigError(f"layers: {self.backbone.name} has {there}; found {odd[0]}")
        if len(set(found)) < len(found):
            raise ConfigError(f"layers: expected different layers, found {shown(list(wanted))}")
        return found

    @property
    def width(self) -> int:
        """Numbers per text and layer."""
        return self.backbone.width * (self.pooling.count("+") + 1)

    def features(self, rows: Rows) -> Floats:
        """Those of `rows`, layer after layer, (rows, layers * width)."""
        layers, count = self.layers, len(rows)
        if not count:
            return np.zeros((0, len(layers) * self.width), dtype=np.float32)
        length = self.settings.max_length or self.backbone.max_length
        with hushed():
            source = Examples(
                encode(rows, self._tokenizer, length, self.backbone.prompt), np.zeros(count, dtype=np.int64)
            )
            cache = spaces.of(cache_folder(self.settings.cache_dir))
            key = self.backbone.cache_key
            found = OfTexts(pooled_when_needed(lambda: self._encoder, source, self.pooling, cache, key), whole(rows))
            return found.read(np.arange(count), layers).reshape(count, -1)

    @cached_property
    def _there(self) -> Backbone:
        if not self.pickled:
            return self.backbone
        found = models.load(self.settings, self.backbone.name)
        if found.identity != self.backbone.identity:
            raise SourceError(f"{self.backbone.name} has other weights or another configuration than in fit; fit again")
        return replace(found, precision=self.backbone.precision)

    @cached_property
    def _tokenizer(self) -> Any:
        return self._there.tokenizer()

    @cached_property
    def _encoder(self) -> Any:
        return self._there.encoder()
