"""A smaller pretrained model."""

from typing import Any

from pydantic import Field

from transferkit.adapters import full
from transferkit.data.rows import Rows
from transferkit.predictors.transformer import Transformer
from transferkit.students import DistillationOptions, Lesson, Student, default_epochs
from transferkit.tasks import Shape
from transferkit.training import shapes
from transferkit.training.classifier import labelled_examples
from transferkit.training.layers import find_layers
from transferkit.training.scaling import adjust_logits
from transferkit.training.shapes import Adjustment
from transferkit.training.windows import windowed

SHAPES = (Shape.LABEL, Shape.LABELS, Shape.VALUE, Shape.TAGS)


class Options(DistillationOptions):
    """The student is a smaller pretrained model with a new head."""

    model: str = Field(description="catalogue or hub name, folder, GGUF file or wheel:// address")
    layer_decay: float = Field(0.9, gt=0, le=1, description="factor on the rate per layer below the top")


def build(lesson: Lesson, options: DistillationOptions) -> Student:
    """The pretrained model with a new head. Its depths answer to the teacher's at the same relative height."""
    assert isinstance(options, Options)
    backbone = lesson.load_backbone(options.model)
    kind = shapes.of(lesson.task.shape)
    model: Any = backbone.classifier(lesson.task.labels, kind.PROBLEM_TYPE)
    adjust_logits(model, kind.at_start(kind.targets(lesson.rows, lesson.task)), len(lesson.task.labels))
    tokenizer = backbone.tokenizer()
    max_length = min(lesson.max_length, backbone.max_length)
    matches, widths = {}, (backbone.width, 0)
    if isinstance(lesson.teacher, Transformer):
        teacher = lesson.teacher.model
        above = len(find_layers(teacher)) / backbone.layers
        matches = {i: round(i * above) for i in range(1, backbone.layers + 1)}
        widths = (backbone.width, int(teacher.config.hidden_size))

    def in_use(adjustment: Adjustment) -> Transformer:
        rest = adjust_logits(model, adjustment, len(lesson.task.labels))
        return Transformer(
            model.eval(),
            tokenizer,
            lesson.task.labels,
            max_length,
            backbone.prompt,
            windows=lesson.windows,
            shape=lesson.task.shape,
            rest=rest,
        )

    def read(rows: Rows) -> Rows:
        return windowed(rows, tokenizer, max_length, backbone.prompt).rows if lesson.windows else rows

    return Student(
        model=model,
        examples=lambda rows: labelled_examples(rows, lesson.task, tokenizer, max_length, backbone.prompt),
        predictor=in_use,
        read=read,
        method=f"{backbone.name} taught",
        epochs=default_epochs(len(lesson.rows)),
        learning_rate=full.default_rate(backbone.parameters),
        matches=matches,
        widths=widths,
    )
