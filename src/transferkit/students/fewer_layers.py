"""The teacher with some of its layers: every k-th (DistilBERT, Sanh et al. 2019), or those that change most."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from transferkit.encoding.windows import windowed
from transferkit.errors import ConfigError
from transferkit.lesson import Lesson, Prospect, Student, default_epochs, taught_to_write
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.answers_only import AnswersOnly
from transferkit.networks.bridging import bridge, gaps
from transferkit.networks.influence import block_influence
from transferkit.networks.layers import find_layers, keep_layers
from transferkit.networks.scaling import adjust_logits
from transferkit.networks.torch_engine import TorchEngine
from transferkit.options.fewer_layers import Options
from transferkit.predictors import nothing
from transferkit.predictors.generator import Generator
from transferkit.predictors.transformer import Transformer
from transferkit.shapes import Shape
from transferkit.sources.facts import ENCODER_DECODER
from transferkit.table.rows import Rows
from transferkit.training import objectives, whole_model
from transferkit.training.classifier import labelled_examples
from transferkit.training.student_options import DistillationOptions

SHAPES = tuple(Shape)
OF_A_MODEL = True

_ROWS_READ = 128
_MOST_MATCHED = 4


def why_not(options: DistillationOptions, prospect: Prospect) -> str | None:
    """One stack of layers, and as many of them as `layers` names."""
    assert isinstance(options, Options)
    if not prospect.tuned:
        return None
    backbone = prospect.tuned[0]
    if not backbone.stacked:
        return f"{backbone.name} has no stack of layers, of which some could be left out; use pretrained"
    if options.layers:
        check_layers(options.layers, backbone.layers)
    if backbone.architecture == ENCODER_DECODER:
        return f"{backbone.name} has two stacks of layers, which are not shortened; use pretrained"
    return None


def build(lesson: Lesson, options: DistillationOptions) -> Student:
    """Copy the teacher, head included, without the layers in between."""
    assert isinstance(options, Options)
    teacher = lesson.teacher
    if not isinstance(teacher, Transformer | Generator):
        raise ConfigError("fewer_layers: the teacher must be a fine-tuned model (full, top_layers, lora)")
    if isinstance(teacher, Generator) and teacher.frame.start is not None:
        raise ConfigError("fewer_layers: the teacher has two stacks of layers, which are not shortened; use pretrained")
    total = len(find_layers(teacher.model))
    kept = _kept(options.layers or max(1, total // 2), teacher, total, lesson)
    model = copy.deepcopy(teacher.model)
    keep_layers(model, kept)
    method = f"{len(kept)} of {total} layers,"
    chosen = {"layers": [layer + 1 for layer in kept]}
    if isinstance(teacher, Generator):
        bridge(model, teacher.model, kept, teacher.examples(_some(lesson.rows), lesson.task))
        own = replace(teacher, model=model, save_extra=nothing)
        return replace(taught_to_write(own, lesson, method), chosen=chosen, matches=_widest(gaps(kept, total), kept))
    width = int(model.config.hidden_size)
    kind = objectives.of(lesson.task.shape)
    _, back = kind.in_training(kind.targets(lesson.rows, lesson.task))
    adjust_logits(model, back.inverse(), len(teacher.labels))

    def in_use(adjustment: Adjustment) -> Transformer:
        rest = adjust_logits(model, adjustment, len(teacher.labels))
        return Transformer(
            TorchEngine(model.eval()),
            teacher.tokenizer,
            teacher.labels,
            teacher.max_length,
            teacher.prompt,
            windows=lesson.windows,
            shape=lesson.task.shape,
            rest=rest,
            closed=teacher.closed,
            longest=teacher.longest,
            prior=adjustment.prior,
            of_words=teacher.of_words,
        )

    def read(rows: Rows) -> Rows:
        return windowed(rows, teacher.tokenizer, teacher.max_length, teacher.prompt).rows if lesson.windows else rows

    return Student(
        model=model,
        examples=lambda rows: labelled_examples(
            *(rows, lesson.task, teacher.tokenizer, teacher.max_length, teacher.prompt, teacher.reading),
            of_words=teacher.of_words,
        ),
        predictor=in_use,
        read=read,
        method=method,
        epochs=default_epochs(len(lesson.rows)),
        learning_rate=whole_model.rate(teacher.parameters),
        matches={i + 1: layer + 1 for i, layer in enumerate(kept)},
        widths=(width, width),
        chosen=chosen,
    )


def _kept(layers: int | tuple[int, ...], teacher: Transformer | Generator, total: int, lesson: Lesson) -> list[int]:
    """Positions of the layers to keep.

    A deep decoder falls apart where every second layer is left out, so that there those are kept that change the
    most of what passes through them; an encoder fine-tuned on a task learns best from layers evenly spread.
    """
    check_layers(layers, total)
    if isinstance(layers, tuple):
        return [layer - 1 for layer in layers]
    if isinstance(teacher, Transformer):
        return evenly_spread(total, layers)
    model = AnswersOnly(teacher.model, teacher.model.get_output_embeddings())
    influence = block_influence(model, teacher.examples(_some(lesson.rows), lesson.task))
    return sorted(np.argsort(-influence, kind="stable")[:layers].tolist())


def _widest(matches: Mapping[int, int], kept: Sequence[int]) -> Mapping[int, int]:
    """At most `_MOST_MATCHED` of the gaps, in order: what is matched takes its room in the cache."""
    chosen = sorted(matches, key=lambda depth: kept[depth - 1] - matches[depth])[:_MOST_MATCHED]
    return {depth: matches[depth] for depth in sorted(chosen)}


def _some(rows: Rows) -> Rows:
    return rows.take(range(min(_ROWS_READ, len(rows))))


def check_layers(layers: int | tuple[int, ...], total: int) -> None:
    """Raise `ConfigError` where these are not some of `total` layers."""
    if isinstance(layers, int):
        if layers >= total:
            raise ConfigError(f"fewer_layers: expected fewer than the teacher's {total} layers, found layers={layers}")
    elif list(layers) != sorted(set(layers)) or layers[-1] > total or len(layers) == total:
        raise ConfigError(
            f"fewer_layers.layers: expected some of the layers 1 to {total}, in order; found {list(layers)}"
        )


def evenly_spread(total: int, count: int) -> list[int]:
    """`count` positions among `total`, evenly spread, the last one always among them."""
    return [int(i) for i in np.round(np.linspace(total / count, total, count)).astype(int) - 1]
