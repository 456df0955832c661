"""What a student learns from: the options that all students have in common."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field

from transferkit.config import NO_TRUTH, Integer, Number
from transferkit.places import listed
from transferkit.shapes import Shape
from transferkit.training.options import TrainingOptions

Weight = Annotated[float, Field(ge=0, le=1_000_000), NO_TRUTH]
Softening = Annotated[float, Field(ge=0.01, le=1_000), NO_TRUTH]
Scheduled = Weight | tuple[Weight, Weight]


def _names(value: Any) -> Any:
    """A word, or words separated by commas, stand for a list."""
    return [name for name in listed(value) if name] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class DistillationOptions(TrainingOptions):
    """What a student learns from. A weight or the temperature is a number, or [start, end] for a linear schedule.

    Losses with weight 0 are not computed. The last three compare internal states with those of the first teacher,
    which must then be a Transformers model with the student's tokenizer.
    """

    teachers: Names = Field(
        (),
        max_length=100,
        description="routes of this run or folders of saved models, whose answers are averaged; default: the first "
        "fine-tuned route of the student's own model",
    )
    temperature: Softening | tuple[Softening, Softening] = Field(
        2.0, description="softens the answers of teacher and student"
    )
    hard_weight: Scheduled = Field(0.3, description="weight of the cross-entropy with the labels")
    soft_weight: Scheduled = Field(0.7, description="weight of the T^2-scaled divergence from the teacher")
    hidden_weight: Scheduled = Field(0.0, description="weight of the loss on hidden states")
    attention_weight: Scheduled = Field(0.0, description="weight of the loss on attention, averaged over heads")
    relation_weight: Scheduled = Field(0.0, description="weight of the loss on relations between tokens")
    augment: Integer = Field(0, ge=0, le=100, description="altered copies per training text, labelled by the teacher")


class WritingOptions(DistillationOptions):
    """What a student learns from that may also be a model that writes."""

    hidden_weight: Scheduled | None = Field(  # type: ignore[assignment]
        None,
        description="weight of the loss on hidden states; for texts, those before the output layer and around "
        "omitted layers; default: 10 if the student has layers of its teacher, otherwise 0; 0 for texts",
    )
    answers: Literal["labels", "teacher"] = Field(
        "labels",
        description="for texts: learn the given answers, or those of the teacher (sequence-level, Kim & Rush 2016)",
    )
    divergence: Literal["forward", "reverse", "jensen_shannon"] = Field(
        "forward", description="for texts: the divergence from the teacher, token by token"
    )
    on_policy: Number = Field(
        0.0,
        ge=0,
        le=1,
        description="for texts: share of batches whose answers the student samples itself (GKD)",
    )

    def only_for_texts(self) -> str | None:
        """An option that is set and means nothing but for texts."""
        usual = WritingOptions()
        names = ("answers", "divergence", "on_policy")
        return next((name for name in names if getattr(self, name) != getattr(usual, name)), None)

    def settled(self, shape: Shape) -> Self:
        """With `hidden_weight` a number too: 0 for texts, where it takes much room in the cache."""
        options = super().settled(shape)
        if options.hidden_weight is not None:
            return options
        return options.model_copy(update={"hidden_weight": 0.0 if shape.form.WRITTEN else self.usual_hidden_weight})

    usual_hidden_weight: ClassVar[float] = 0.0
