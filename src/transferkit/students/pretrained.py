"""A smaller pretrained model."""

from dataclasses import replace
from typing import Any

import numpy as np

from transferkit.encoding import word_reading
from transferkit.encoding.encoded import encode
from transferkit.encoding.span_windows import Reading, closes
from transferkit.encoding.windows import windowed
from transferkit.errors import ConfigError
from transferkit.lesson import Lesson, Prospect, Reader, Student, default_epochs, taught_to_write
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.layers import depth_of
from transferkit.networks.scaling import adjust_logits
from transferkit.networks.torch_engine import TorchEngine
from transferkit.options.pretrained import Options
from transferkit.predictors import Predictor
from transferkit.predictors.transformer import Transformer
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.students import learns_inner_signals, without_tokens
from transferkit.table.rows import Rows
from transferkit.training import objectives, whole_model
from transferkit.training.classifier import labelled_examples
from transferkit.training.student_options import DistillationOptions

SHAPES = tuple(Shape)
OF_A_MODEL = False


_ROWS_COMPARED = 64


def why_not(options: DistillationOptions, prospect: Prospect) -> str | None:
    """Any teacher will do, of the same tokenizer where what it says of tokens is to be learned."""
    assert isinstance(options, Options)
    backbone = prospect.load_backbone(options.model)
    if prospect.task.shape.form.WRITTEN and not backbone.writes:
        raise ConfigError(f"pretrained: {backbone.name} is an encoder, which writes no text; name a smaller decoder")
    shape = prospect.task.shape
    if not shape.form.WRITTEN and (reason := backbone.why_no_head(shape, objectives.of(shape).PROBLEM_TYPE)):
        return reason
    unstacked = [model.name for model in (backbone, *prospect.tuned) if not model.stacked]
    if prospect.tuned and not shape.form.WRITTEN and learns_inner_signals(options) and unstacked:
        raise ConfigError(
            f"pretrained: {unstacked[0]} has no stack of layers whose states or attention could be matched; set "
            "hidden_weight, attention_weight and relation_weight to 0"
        )
    way_out = without_tokens(prospect.task, options)
    for teacher in prospect.readers() if way_out else ():
        if not _same_tokens(Reader(backbone.name, backbone.tokenizer(), backbone.prompt), teacher, prospect):
            raise ConfigError(
                f"pretrained: {backbone.name} splits texts otherwise than {teacher.name}, from which it is to "
                f"learn token by token; {way_out}, or choose another student"
            )
    return None


def _same_tokens(student: Reader, teacher: Reader, prospect: Prospect) -> bool:
    rows = prospect.rows.take(range(min(_ROWS_COMPARED, len(prospect.rows))))
    read = (encode(rows, reader.tokenizer, prospect.max_length, reader.prompt).ids for reader in (student, teacher))
    return all(np.array_equal(ours, theirs) for ours, theirs in zip(*read, strict=True))


def build(lesson: Lesson, options: DistillationOptions) -> Student:
    """The pretrained model with a new head. Its depths answer to the teacher's at the same relative height."""
    assert isinstance(options, Options)
    backbone = lesson.load_backbone(options.model)
    if lesson.writer is not None:
        return _writing(backbone, lesson)
    kind = objectives.of(lesson.task.shape)
    model: Any = backbone.classifier(lesson.task.labels, kind.PROBLEM_TYPE)
    tokenizer = backbone.tokenizer()
    max_length = min(lesson.max_length, backbone.longest(lesson.task.shape))
    matches, widths = _matched(lesson.teacher, backbone)
    reading = Reading(closes(backbone.architecture), lesson.longest(tokenizer))
    of_words = word_reading.of_task(lesson.rows, lesson.task, tokenizer, backbone.prompt)

    def in_use(adjustment: Adjustment) -> Transformer:
        rest = adjust_logits(model, adjustment, len(lesson.task.labels))
        return Transformer(
            TorchEngine(model.eval()),
            tokenizer,
            lesson.task.labels,
            max_length,
            backbone.prompt,
            windows=lesson.windows,
            shape=lesson.task.shape,
            rest=rest,
            closed=reading.closed,
            longest=reading.longest,
            prior=adjustment.prior,
            of_words=of_words,
        )

    def read(rows: Rows) -> Rows:
        return windowed(rows, tokenizer, max_length, backbone.prompt).rows if lesson.windows else rows

    return Student(
        model=model,
        examples=lambda rows: labelled_examples(
            rows, lesson.task, tokenizer, max_length, backbone.prompt, reading, of_words
        ),
        predictor=in_use,
        read=read,
        method=backbone.name,
        epochs=default_epochs(len(lesson.rows)),
        learning_rate=whole_model.rate(backbone.parameters),
        matches=matches,
        widths=widths,
        new_head=True,
    )


def _writing(backbone: Backbone, lesson: Lesson) -> Student:
    assert lesson.writer is not None
    writer = lesson.writer(backbone.generator(), backbone.tokenizer())
    room = backbone.max_length - (0 if writer.frame.start is not None else writer.generation.max_new_tokens or 0)
    writer = replace(writer, max_length=min(writer.max_length, room))
    return taught_to_write(writer, lesson, f"{backbone.name} taught")


def _matched(teacher: Predictor, backbone: Backbone) -> tuple[dict[int, int], tuple[int, int]]:
    """The teacher's depths at the same relative height, and the widths of both."""
    if not isinstance(teacher, Transformer):
        return {}, (backbone.width, 0)
    above = depth_of(teacher.model) / max(1, backbone.layers)
    if not (above and backbone.stacked):
        return {}, (backbone.width, 0)
    matches = {i: round(i * above) for i in range(1, backbone.layers + 1)}
    return matches, (backbone.width, int(teacher.model.config.hidden_size))
