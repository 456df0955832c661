"""What needs no model: the first words of a text, all of it, or one answer for every text."""

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
from pydantic import Field

from transferkit import predictors
from transferkit.predictors import Predictions, saving, write_facts
from transferkit.shapes import Shape
from transferkit.table.rows import Rows


class Facts(predictors.Facts):
    """How many words, or which answer."""

    kind: str = "plain_copy"
    words: int | None = Field(ge=1)
    constant: str | None
    signs: bool = False


@dataclass(frozen=True)
class PlainCopy:
    """The first `words` words of a row's text, None for all; or `constant`, where there is one.

    With `signs`, every character that is no blank counts as a word: for scripts that put no blanks between words.
    """

    words: int | None = None
    constant: str | None = None
    signs: bool = False
    labels: tuple[str, ...] = ()
    shape: Shape = Shape.TEXT

    @property
    def parameters(self) -> int:
        return 0

    @property
    def plain_prompt(self) -> None:
        return None

    @property
    def said(self) -> str:
        """What it does, in words."""
        if self.constant is not None:
            return "the same answer for every text"
        unit = "signs" if self.signs else "words"
        return "the text as it is" if self.words is None else f"the first {self.words} {unit} of the text"

    def predict(self, rows: Rows) -> Predictions:
        """Texts, (rows,)."""
        answers = [self._answer(text) for text in rows["text"]]
        return Predictions(np.array(answers, dtype=np.str_))

    def _answer(self, text: str) -> str:
        if self.constant is not None:
            return self.constant
        if self.words is None:
            return text
        return first_signs(text, self.words) if self.signs else " ".join(text.split()[: self.words])

    @saving
    def save(self, folder: Path) -> None:
        write_facts(folder, Facts(words=self.words, constant=self.constant, signs=self.signs))


def first_signs(text: str, count: int) -> str:
    """`text` as far as its character number `count`, blanks not counted."""
    ends = accumulate(not letter.isspace() for letter in text)
    return "".join(letter for letter, end in zip(text, ends, strict=True) if end <= count).strip()


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> PlainCopy:
    """What `save` wrote."""
    return PlainCopy(facts.words, facts.constant, facts.signs)
