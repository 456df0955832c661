"""A smaller pretrained model."""

from typing import Any

from transferkit.adapters import full
from transferkit.errors import ConfigError
from transferkit.predictors.transformer import Transformer
from transferkit.students import DistillationOptions, Lesson, Student
from transferkit.training.classifier import labelled_examples
from transferkit.training.layers import find_layers
from transferkit.training.scaling import scale_logits


class Options(DistillationOptions):
    """`model` is a catalogue or hub name, a folder, a GGUF file or a wheel address, as for the run itself."""

    model: str = ""


def build(lesson: Lesson, options: DistillationOptions) -> Student:
    """The pretrained model with a new head. Its depths answer to the teacher's at the same relative height."""
    assert isinstance(options, Options)
    if not options.model:
        raise ConfigError("pretrained: name the smaller model, for example --set pretrained.model=all-MiniLM-L6-v2")
    backbone = lesson.load_backbone(options.model)
    model: Any = backbone.classifier(lesson.task.labels)
    tokenizer = backbone.tokenizer()
    max_length = min(lesson.max_length, backbone.max_length)
    matches, widths = {}, (backbone.width, 0)
    if isinstance(lesson.teacher, Transformer):
        teacher = lesson.teacher.model
        above = len(find_layers(teacher)) / backbone.layers
        matches = {i: round(i * above) for i in range(1, backbone.layers + 1)}
        widths = (backbone.width, int(teacher.config.hidden_size))

    def in_use(scale: float) -> Transformer:
        scale_logits(model, scale, len(lesson.task.labels))
        return Transformer(model.eval(), tokenizer, lesson.task.labels, max_length, backbone.prompt)

    return Student(
        model=model,
        examples=lambda rows: labelled_examples(rows, lesson.task, tokenizer, max_length, backbone.prompt),
        predictor=in_use,
        method=f"{backbone.name} taught",
        epochs=full.default_epochs(len(lesson.rows)),
        learning_rate=full.default_rate(backbone.parameters),
        matches=matches,
        widths=widths,
    )
