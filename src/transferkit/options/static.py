"""Options of the student without attention."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from transferkit.tasks import Shape
from transferkit.training.student_options import DistillationOptions, Scheduled

KIND = "distillation"


class Options(DistillationOptions):
    """Word embeddings start from what the teacher makes of every word. Answers are not softened, and labels weigh as
    much as they do: a teacher is unsure of rare labels, and with softened answers a student never finds them."""

    width: int = Field(256, ge=8, description="width of the word embeddings")
    filters: int = Field(128, ge=1, description="n-gram features per length")
    ngrams: int = Field(3, ge=1, le=5, description="longest n-gram, in words")
    hidden: int = Field(256, ge=1, description="units of the head's hidden layer")
    words: int = Field(100_000, ge=1, description="most words of the transfer text, by frequency")
    teacher_words: int = Field(20_000, ge=0, description="further whole words of the teacher's vocabulary")
    dropout: float = Field(0.3, ge=0, lt=1, description="on embeddings and in the head")
    word_dropout: float = Field(0.1, ge=0, lt=1, description="share of words turned into the unknown one")
    embedding_rate: float = Field(0.05, ge=0, description="factor on the rate of the word embeddings")
    batch_size: int = Field(64, ge=1, description="rows per optimizer step")
    temperature: Scheduled = Field(1.0, description="softens the teacher's and the student's answers")
    hard_weight: Scheduled = Field(0.5, description="weight of the cross-entropy with labels")
    soft_weight: Scheduled = Field(0.5, description="weight of the divergence from the teacher")

    smaller_batches: ClassVar[Mapping[Shape, int]] = {}
    # Fields of other students that mean nothing without layers: no options, and constant.
    layer_decay: ClassVar[float] = 1.0  # type: ignore[misc]
    gradual_unfreezing: ClassVar[bool] = False  # type: ignore[misc]
    hidden_weight: ClassVar[float] = 0.0  # type: ignore[misc]
    attention_weight: ClassVar[float] = 0.0  # type: ignore[misc]
    relation_weight: ClassVar[float] = 0.0  # type: ignore[misc]
