"""The teacher with every k-th layer kept (DistilBERT, Sanh et al. 2019)."""

import copy
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from transferkit.adapters import full
from transferkit.data.rows import Rows
from transferkit.errors import ConfigError
from transferkit.predictors.generator import Generator, nothing
from transferkit.predictors.transformer import Transformer
from transferkit.students import DistillationOptions, Lesson, Student, WritingOptions, default_epochs, taught_to_write
from transferkit.tasks import Shape
from transferkit.training import shapes
from transferkit.training.classifier import labelled_examples
from transferkit.training.layers import find_layers, keep_layers
from transferkit.training.scaling import adjust_logits
from transferkit.training.shapes import Adjustment
from transferkit.training.windows import windowed

SHAPES = (Shape.LABEL, Shape.LABELS, Shape.VALUE, Shape.TAGS, Shape.SPAN, Shape.TEXT)


class Options(WritingOptions):
    """The student is a part of its teacher."""

    layers: int | None = Field(None, ge=1, description="teacher's layers kept, evenly spread; default: half of them")
    layer_decay: float = Field(0.9, gt=0, le=1, description="factor on the rate per layer below the top")
    usual_hidden_weight: ClassVar[float] = 1.0


def build(lesson: Lesson, options: DistillationOptions) -> Student:
    """Copy the teacher, head included, without the layers in between."""
    assert isinstance(options, Options)
    teacher = lesson.teacher
    if not isinstance(teacher, Transformer | Generator):
        raise ConfigError("fewer_layers: the teacher must be a fine-tuned model (full, top_layers, lora)")
    total = len(find_layers(teacher.model))
    count = options.layers or max(1, total // 2)
    if count >= total:
        raise ConfigError(f"fewer_layers: expected fewer than the teacher's {total} layers, found layers={count}")
    kept = kept_layers(total, count)
    model = copy.deepcopy(teacher.model)
    keep_layers(model, kept)
    width = int(model.config.hidden_size)
    matches = {i + 1: layer + 1 for i, layer in enumerate(kept)}
    method = f"{count} of its teacher's {total} layers"
    if isinstance(teacher, Generator):
        own = replace(teacher, model=model, save_extra=nothing)
        return taught_to_write(own, lesson, method, matches, (width, width))
    kind = shapes.of(lesson.task.shape)
    _, back = kind.in_training(kind.targets(lesson.rows, lesson.task))
    adjust_logits(model, back.inverse(), len(teacher.labels))

    def in_use(adjustment: Adjustment) -> Transformer:
        rest = adjust_logits(model, adjustment, len(teacher.labels))
        return Transformer(
            model.eval(),
            teacher.tokenizer,
            teacher.labels,
            teacher.max_length,
            teacher.prompt,
            windows=lesson.windows,
            shape=lesson.task.shape,
            rest=rest,
        )

    def read(rows: Rows) -> Rows:
        return windowed(rows, teacher.tokenizer, teacher.max_length, teacher.prompt).rows if lesson.windows else rows

    return Student(
        model=model,
        examples=lambda rows: labelled_examples(
            rows, lesson.task, teacher.tokenizer, teacher.max_length, teacher.prompt
        ),
        predictor=in_use,
        read=read,
        method=method,
        epochs=default_epochs(len(lesson.rows)),
        learning_rate=full.default_rate(teacher.parameters),
        matches=matches,
        widths=(width, width),
    )


def kept_layers(total: int, count: int) -> list[int]:
    """`count` positions among `total`, evenly spread, the last one always among them."""
    return [int(i) for i in np.round(np.linspace(total / count, total, count)).astype(int) - 1]
