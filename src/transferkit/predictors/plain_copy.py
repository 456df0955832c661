"""What needs no model: the first words of a text, all of it, or one answer for every text."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from transferkit import predictors
from transferkit.data.rows import Rows
from transferkit.predictors import Predictions, saving, write_facts
from transferkit.tasks import Shape


class Facts(predictors.Facts):
    """How many words, or which answer."""

    kind: str = "plain_copy"
    words: int | None = Field(ge=1)
    constant: str | None


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
        write_facts(folder, Facts(words=self.words, constant=self.constant))


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> PlainCopy:
    """What `save` wrote."""
    return PlainCopy(facts.words, facts.constant)
