"""A generative Transformers model in use; its folder also serves with plain Transformers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from transferkit import predictors
from transferkit.config import GenerationConfig
from transferkit.encoding.answered import answered_examples
from transferkit.encoding.examples import Examples
from transferkit.encoding.prompting import prompts
from transferkit.encoding.templating import Frame
from transferkit.networks import saved_writer
from transferkit.networks.saved_writer import WriterFacts
from transferkit.networks.writer import Writer
from transferkit.predictors import Predictions, nothing, saving, write_facts
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.tasks import Task


class Facts(WriterFacts, predictors.PretrainedFacts):
    """There is nothing else to know."""

    kind: str = "generator"


@dataclass(frozen=True)
class Generator:
    """As `Writer`."""

    model: Any
    tokenizer: Any
    frame: Frame
    max_length: int
    generation: GenerationConfig
    save_extra: Callable[[Path], None] = field(default=nothing)
    labels: tuple[str, ...] = ()
    shape: Shape = Shape.TEXT

    @property
    def writer(self) -> Writer:
        """What writes."""
        return Writer(self.model, self.tokenizer, self.frame, self.max_length, self.generation)

    @property
    def plain_prompt(self) -> str | None:
        """As a chat model it is told what to do by its template."""
        return "" if self.tokenizer.chat_template else None

    @property
    def parameters(self) -> int:
        return self.writer.parameters

    def examples(self, rows: Rows, task: Task) -> Examples:
        """`rows` with their answers, for training."""
        longest = self.generation.max_new_tokens or 1
        return answered_examples(rows, task, self.tokenizer, self.frame, self.max_length, longest)

    def predict(self, rows: Rows) -> Predictions:
        """Texts, (rows,)."""
        if not len(rows):
            return Predictions(np.array([], dtype=np.str_))
        questions = prompts(rows, self.tokenizer, self.frame, self.max_length)
        texts, unfinished = self.writer.written(questions.ids)
        return Predictions(np.array(texts, dtype=np.str_), questions.cut, unfinished)

    @saving
    def save(self, folder: Path) -> None:
        self.writer.save(folder)
        write_facts(folder, Facts.model_validate(saved_writer.facts_of(self.writer)))
        self.save_extra(folder)


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> Generator:
    """What `save` wrote."""
    saved = saved_writer.load(folder, facts, trust_remote_code)
    return Generator(saved.model, saved.tokenizer, saved.frame, saved.max_length, saved.generation)
