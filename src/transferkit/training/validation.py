"""How a model in training does on the validation rows."""

from collections.abc import Mapping

from torch import nn

from transferkit import metrics
from transferkit.encoding.examples import Examples
from transferkit.errors import ConfigError, one_of
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.inference import outputs
from transferkit.shapes import Shape
from transferkit.tasks import Task
from transferkit.training import objectives
from transferkit.training.loop import Validate
from transferkit.training.options import TrainingOptions

COMPLETION_LOSS = "completion_loss"
"""What is measured of models that write: nats per answer token."""


def check_options(name: str, options: TrainingOptions, task: Task) -> None:
    """Raise `ConfigError` where options do not go with the task: the epoch is to be chosen by something that is not
    measured, or labels are to be weighed, drawn or smoothed that rows do not have."""
    if options.label_smoothing and task.shape is Shape.VALUE:
        raise ConfigError(f"{name}: label_smoothing needs labels; {task.name} wants {task.shape.value}; leave it out")
    if options.class_weights != "none" and not task.shape.form.NAMES:
        raise ConfigError(f"{name}: class_weights need labels, but {task.name} wants {task.shape.value}; leave it out")
    if options.resampling != "none" and not task.shape.form.ONE_CLASS:
        raise ConfigError(
            f"{name}: resampling needs one label per row, but {task.name} wants {task.shape.value}; leave it out"
            + ("; labels have class_weights=balanced" if task.shape.form.NAMES else "")
        )
    usable = [name for name in task.metrics if metrics.get(name).HIGHER_IS_BETTER is not None]
    there = (COMPLETION_LOSS,) if task.shape.form.WRITTEN else (*usable, objectives.of(task.shape).STOP_ON)
    if options.stop_on and options.stop_on not in there:
        known = one_of(dict.fromkeys(there))
        raise ConfigError(f"{name}: stop_on={options.stop_on!r} is not a validation metric; expected {known}")


def validator(task: Task, examples: Examples, back: Adjustment) -> Validate | None:
    """A function giving the metrics of `task` of a model on labelled `examples`; None if there are none.

    `back` takes the model's logits to the scale of the targets.
    """
    if not len(examples):
        return None
    kind = objectives.of(task.shape)

    def validate(model: nn.Module) -> Mapping[str, float]:
        return kind.validation(task, back.of(outputs(model, examples)), examples)

    return validate
