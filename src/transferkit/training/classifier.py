"""Training a Transformers classifier on some examples: what fine-tuning and distillation share."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from torch import nn

from transferkit.arrays import Ints
from transferkit.data import weights
from transferkit.encoding.encoded import encode
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.resampling import Oversampled, oversampled
from transferkit.encoding.span_windows import PLAIN, Reading
from transferkit.encoding.word_reading import AS_WRITTEN, WordReading
from transferkit.encoding.word_windows import encode_words, of_windows
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.first_token import first_token_alone
from transferkit.networks.scaling import adjust_logits
from transferkit.networks.vocabulary import seen_alone
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import objectives
from transferkit.training.learner import Learner, Weighted
from transferkit.training.loop import Trained, Training, train
from transferkit.training.options import TrainingOptions
from transferkit.training.passages import span_examples
from transferkit.training.probing import FirstTokens, probe, probing_pays
from transferkit.training.validation import validator


@dataclass(frozen=True)
class Recipe:
    """The settings of one training after defaults are filled in.

    `back` takes logits from the scale that is trained on to the targets' own; `stop_on` is the metric that
    picks the best epoch where the options name none; `new_head` says that the head has learned nothing yet, and
    `first_tokens` reads what it may start from.
    """

    options: TrainingOptions
    epochs: float
    learning_rate: float
    seed: int
    folder: Path
    title: str
    rates: Mapping[str, float] = field(default_factory=dict)
    back: Adjustment = field(default_factory=Adjustment)
    stop_on: str = ""
    new_head: bool = False
    first_tokens: FirstTokens | None = None


def labelled_examples(
    rows: Rows,
    task: Task,
    tokenizer: object,
    max_length: int,
    prompt: str,
    reading: Reading = PLAIN,
    of_words: WordReading = AS_WRITTEN,
) -> Examples:
    """`rows` encoded, with their targets as losses take them and their weights; contexts in the way of `reading`, words
    in that of `of_words`."""
    own = weights.of(rows)
    if task.shape.form.OF_CONTEXTS:
        windows = span_examples(rows, task, tokenizer, max_length, prompt, reading)
        assert windows.encoded.passages is not None
        return replace(windows, weights=None if own is None else own[windows.encoded.passages.owner])
    targets = objectives.of(task.shape).targets(rows, task)
    if task.shape.form.OF_WORDS:
        words = encode_words(rows, tokenizer, max_length, prompt, of_words)
        assert words.sentences is not None
        of_sentences = None if own is None else own[words.sentences.owner]
        return Examples(words, of_windows(targets, words, UNLABELLED), rows=rows, weights=of_sentences)
    return Examples(encode(rows, tokenizer, max_length, prompt), targets, weights=own)


def train_classifier(
    model: nn.Module, losses: Sequence[Weighted], learn: Examples, check: Examples, task: Task, recipe: Recipe
) -> Trained:
    """Train `model` in place on `learn`, keeping the best weights on `check`.

    The targets of `learn` are on the scale that is trained on, those of `check` on their own.
    """
    on_logits = [weighted for weighted in losses if not (weighted.loss.hidden_depths or weighted.loss.attention_depths)]
    first_token = first_token_alone(model, learn) if len(on_logits) == len(losses) else nullcontext()
    with seen_alone(model, learn, check), first_token:
        return train(_job(model, losses, on_logits, learn, check, task, recipe))


def _job(
    model: nn.Module,
    losses: Sequence[Weighted],
    on_logits: Sequence[Weighted],
    learn: Examples,
    check: Examples,
    task: Task,
    recipe: Recipe,
) -> Training:
    source = oversampled(learn, recipe.seed) if recipe.options.resampling == "oversample" else learn
    drawn = source.positions if isinstance(source, Oversampled) else np.arange(len(learn))
    return Training(
        learner=Learner(model, losses),
        source=source,
        options=recipe.options,
        stop_on=recipe.options.stop_on or recipe.stop_on or objectives.of(task.shape).STOP_ON,
        epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        folder=recipe.folder,
        seed=recipe.seed,
        validate=validator(task, check, recipe.back),
        title=recipe.title,
        shown=task.main_metric,
        rates=recipe.rates,
        begin=lambda: _begin(model, on_logits, learn, drawn, task, recipe),
    )


def _begin(
    model: nn.Module, losses: Sequence[Weighted], learn: Examples, drawn: Ints, task: Task, recipe: Recipe
) -> None:
    """Give a new head what to start from; `drawn` are the rows of an epoch."""
    if not recipe.new_head:
        return
    steps, labels = recipe.epochs * len(drawn) / recipe.options.batch_size, len(task.labels)
    from_start = [weighted for weighted in losses if weighted.weight.at(0.0) > 0]
    pays = bool(from_start) and probing_pays(task.shape, labels, steps)
    if not (pays and probe(model, learn, drawn, from_start, labels, recipe.seed, recipe.first_tokens)):
        adjust_logits(model, objectives.of(task.shape).at_start(learn.labels), labels)
