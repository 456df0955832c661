"""Embeddings of words and word n-grams with a small head: no attention, tens of thousands of texts a second."""

from collections import Counter
from dataclasses import replace

import numpy as np
import torch
from pydantic import Field

from transferkit.data.rows import Rows, from_texts
from transferkit.predictors.static import Static, StaticModel, featurise, grams, readable, words_only
from transferkit.predictors.transformer import Transformer
from transferkit.students import DistillationOptions, Lesson, Scheduled, Student
from transferkit.training.classifier import label_numbers
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats
from transferkit.training.reading import read_phrases

_VOTE = 0.1


class Options(DistillationOptions):
    """`width` of the embeddings, `hidden` units of the head, at most `features` words and n-grams of up to
    `ngrams` words, each seen at least `least` times in the transfer text, and `teacher_words` whole words of the
    teacher's vocabulary besides; `dropout` drops whole features.
    """

    width: int = Field(256, ge=8)
    hidden: int = Field(512, ge=0)
    ngrams: int = Field(3, ge=1, le=5)
    least: int = Field(2, ge=1)
    features: int = Field(100_000, ge=100)
    dropout: float = Field(0.3, ge=0, lt=1)
    batch_size: int = Field(128, ge=1)
    weight_decay: float = Field(0.01, ge=0)
    hard_weight: Scheduled = 0.1
    soft_weight: Scheduled = 0.9
    augment: int = Field(4, ge=0)
    patience: int = Field(5, ge=1)
    teacher_words: int = Field(20_000, ge=0)


def build(lesson: Lesson, options: DistillationOptions) -> Student:
    """Features from the transfer text and the teacher's own vocabulary, embeddings started from the teacher."""
    assert isinstance(options, Options)
    known = _features(lesson, options)
    vocabulary = {gram: i + 1 for i, gram in enumerate(known)}
    model = StaticModel(len(known), options.width, options.hidden, len(lesson.task.labels), options.dropout)
    if isinstance(lesson.teacher, Transformer):
        _start_from(model, lesson.teacher, known)

    def examples(rows: Rows) -> Examples:
        return replace(featurise(rows, vocabulary, options.ngrams), labels=label_numbers(rows, lesson.task))

    def in_use(scale: float) -> Static:
        model.scale.fill_(scale)  # type: ignore[operator]
        return Static(model.eval(), vocabulary, options.ngrams, lesson.task.labels)

    return Student(
        model=model,
        examples=examples,
        predictor=in_use,
        method="static embeddings taught",
        epochs=20.0,
        learning_rate=2e-3,
    )


def _features(lesson: Lesson, options: Options) -> list[str]:
    """The most frequent n-grams of the transfer text, then whole words of the teacher's vocabulary."""
    counts = Counter(gram for text, pair in lesson.rows.inputs() for gram in grams(text, pair, options.ngrams))
    frequent = [gram for gram, count in counts.most_common(options.features) if count >= options.least]
    if isinstance(lesson.teacher, Transformer):
        seen = set(frequent)
        own = words_only(list(lesson.teacher.tokenizer.get_vocab()))
        frequent += [word for word in own if word not in seen][: options.teacher_words]
    return frequent


def _start_from(model: StaticModel, teacher: Transformer, known: list[str]) -> None:
    """Embeddings: what the teacher makes of each feature read as a text, on its main axes (model2vec's recipe
    on n-grams); votes: how it would label that text."""
    states, logits = read_phrases(teacher.model, teacher.examples(from_texts(readable(known))))
    width = model.embeddings.embedding_dim
    with torch.no_grad():
        model.embeddings.weight[1:] = torch.from_numpy(_principal(states, width))
        model.votes.weight[1:] = torch.from_numpy(logits - logits.mean(axis=1, keepdims=True)) * _VOTE


def _principal(states: Floats, width: int) -> Floats:
    """`states` (features, any width) on their first `width` principal axes, of mean square one."""
    centred = torch.from_numpy(states - states.mean(axis=0))
    _, axes = torch.linalg.eigh(centred.T @ centred)
    projected = centred @ axes.flip(1)[:, :width]
    out = np.zeros((len(states), width), dtype=np.float32)
    out[:, : projected.shape[1]] = (projected / projected.pow(2).mean().sqrt()).numpy()
    return out
