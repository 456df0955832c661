"""Options of the student without attention."""

from typing import ClassVar

from pydantic import Field

from transferkit.config import Integer, Number, Share
from transferkit.training.student_options import DistillationOptions, Scheduled

KIND = "distillation"


class Options(DistillationOptions):
    """Word embeddings start from the teacher's own representation of every word. The teacher's answers are not
    softened and count as much as the labels: a teacher is unsure of rare labels, and a student of softened answers
    never predicts them."""

    width: Integer = Field(256, ge=8, le=4_096, description="width of the word embeddings")
    filters: Integer = Field(128, ge=1, le=4_096, description="n-gram features per length")
    ngrams: Integer = Field(3, ge=1, le=5, description="longest n-gram, in words")
    hidden: Integer = Field(256, ge=1, le=16_384, description="units of the head's hidden layer")
    words: Integer = Field(
        100_000,
        ge=1,
        le=10_000_000,
        description="largest vocabulary from the training text, the most frequent words first",
    )
    teacher_words: Integer = Field(
        20_000, ge=0, le=1_000_000, description="whole words added from the teacher's vocabulary"
    )
    dropout: Share = Field(0.1, description="on embeddings and in the head")
    word_dropout: Share = Field(0.1, description="share of words replaced by the unknown word")
    embedding_rate: Number = Field(0.3, ge=0, le=100, description="factor on the learning rate of the word embeddings")
    batch_size: Integer = Field(64, ge=1, le=65_536, description="rows per optimizer step")
    temperature: Scheduled = Field(1.0, description="softens the answers of teacher and student")
    hard_weight: Scheduled = Field(0.5, description="weight of the cross-entropy with the labels")
    soft_weight: Scheduled = Field(0.5, description="weight of the divergence from the teacher")

    small_batches: ClassVar[bool] = False
    # Fields of other students that mean nothing without layers: no options, and constant.
    layer_decay: ClassVar[float] = 1.0  # type: ignore[misc]
    gradual_unfreezing: ClassVar[bool] = False  # type: ignore[misc]
    hidden_weight: ClassVar[float] = 0.0  # type: ignore[misc]
    attention_weight: ClassVar[float] = 0.0  # type: ignore[misc]
    relation_weight: ClassVar[float] = 0.0  # type: ignore[misc]
