"""What needs no model: the first words of a text, all of it, or one answer for every text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from transferkit.data.rows import Rows
from transferkit.predictors import Predictions, saving, write_facts
from transferkit.tasks import Shape


@dataclass(frozen=True)
class PlainCopy:
    """The first `words` words of a row's text, None for all; or `constant`, where there is one."""

    words: int | None = None
    constant: str | None = None
    labels: tuple[str, ...] = ()
    shape: Shape = Shape.TEXT

    @property
    def parameters(self) -> int:
        return 0

    @property
    def said(self) -> str:
        """What it does, in words."""
        if self.constant is not None:
            return "the same answer for every text"
        return "the text as it is" if self.words is None else f"the first {self.words} words of the text"

    def predict(self, rows: Rows) -> Predictions:
        """Texts, (rows,)."""
        found = [self._answer(text) for text in rows["text"]]
        return Predictions(np.array(found, dtype=np.str_))

    def _answer(self, text: str) -> str:
        if self.constant is not None:
            return self.constant
        return text if self.words is None else " ".join(text.split()[: self.words])

    @saving
    def save(self, folder: Path) -> None:
        write_facts(folder, "plain_copy", {"words": self.words, "constant": self.constant})


def load(folder: Path, facts: Mapping[str, Any]) -> PlainCopy:
    """What `save` wrote."""
    return PlainCopy(facts["words"], facts["constant"])
