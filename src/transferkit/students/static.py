"""Embeddings of words and word n-grams with a small head: no attention, tens of thousands of texts a second."""

from collections import Counter
from dataclasses import replace
from itertools import islice
from string import ascii_lowercase

import torch

from transferkit.arrays import Floats
from transferkit.data import weights
from transferkit.encoding.examples import Examples
from transferkit.encoding.word_numbers import SPECIAL, WordNumbers, number, split
from transferkit.language.words import has_signs, is_pair, language
from transferkit.lesson import Lesson, Prospect, Student
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.phrases import read_phrases
from transferkit.networks.scaling import adjust_logits
from transferkit.networks.vocabulary import FrozenTail
from transferkit.options.static import Options
from transferkit.predictors.static import Sizes, Static, StaticModel, numbered
from transferkit.predictors.transformer import Transformer
from transferkit.shapes import Shape
from transferkit.table.rows import Rows, from_texts
from transferkit.training import objectives
from transferkit.training.student_options import DistillationOptions

SHAPES = tuple(shape for shape in Shape if shape.whole)
OF_A_MODEL = False

_OF_SIGNS = ("zh", "ja", "signs")
"""Languages that put no blanks between words."""


def why_not(options: DistillationOptions, prospect: Prospect) -> str | None:
    """Any teacher will do."""
    return None


def build(lesson: Lesson, options: DistillationOptions) -> Student:
    """Words of the transfer text and of the teacher, embedded as the teacher reads them."""
    assert isinstance(options, Options)
    text_words, more = _words(lesson, options)
    words = text_words + more
    vocabulary, labels = number(words), lesson.task.labels
    numbers = WordNumbers(vocabulary)
    sizes = Sizes(len(words), options.width, options.filters, options.ngrams, options.hidden, len(labels))
    model = StaticModel(sizes, options.dropout, options.word_dropout)
    if isinstance(lesson.teacher, Transformer):
        states = read_phrases(lesson.teacher.model, lesson.teacher.examples(from_texts(words)))
        with torch.no_grad():
            model.embeddings.weight[SPECIAL:] = principal(states, options.width)
    kind = objectives.of(lesson.task.shape)
    adjust_logits(model, kind.at_start(kind.targets(lesson.rows, lesson.task)), len(labels))
    embeddings = FrozenTail(model.embeddings, SPECIAL + len(text_words))
    model.embeddings = embeddings  # type: ignore[assignment]

    def examples(rows: Rows) -> Examples:
        return replace(numbered(rows, numbers), labels=kind.targets(rows, lesson.task), weights=weights.of(rows))

    def in_use(adjustment: Adjustment) -> Static:
        model.embeddings = embeddings.whole()
        adjust_logits(model, adjustment, len(labels))
        return Static(model.fold(), vocabulary, labels, lesson.task.shape, prior=adjustment.prior)

    return Student(
        model=model,
        examples=examples,
        predictor=in_use,
        method="static embeddings",
        epochs=float(min(20, max(5, round(100_000 / max(1, len(lesson.rows)))))),
        learning_rate=2e-3,
        stop_on=lesson.task.main_metric,
        rates={"embeddings.weight": options.embedding_rate},
    )


def _words(lesson: Lesson, options: Options) -> tuple[list[str], list[str]]:
    """The words of the transfer text, of its pairs of signs those that stand there more than once, and further words of
    the teacher's, which such texts may have."""
    texts = [text for pair in lesson.rows.inputs() for text in pair if text is not None]
    counts = Counter(word for text in texts for word in split(text))
    text_words = [word for word, times in counts.most_common(options.words) if times > 1 or not is_pair(word)]
    known = lesson.teacher.words() if isinstance(lesson.teacher, Transformer) else []
    of_signs, letters = language(texts) in _OF_SIGNS, set(ascii_lowercase).union(*counts)
    fitting = (word for word in known if word not in counts and _is_whole(word))
    more = (word for word in fitting if (has_signs(word) if of_signs else letters.issuperset(word)))
    return text_words, list(islice(more, options.teacher_words))


def _is_whole(word: str) -> bool:
    """Whether texts have `word` in one piece, or as a pair of signs."""
    return is_pair(word) or split(word) == [word]


def principal(states: Floats, width: int) -> torch.Tensor:
    """`states` (words, any width) on their first `width` principal axes, of mean square one (model2vec's recipe)."""
    centred = torch.from_numpy(states - states.mean(axis=0))
    _, axes = torch.linalg.eigh(centred.T @ centred)
    projected = centred @ axes.flip(1)[:, :width]
    out = torch.zeros(len(states), width)
    out[:, : projected.shape[1]] = projected / projected.pow(2).mean().sqrt().clamp_min(1e-9)
    return out
