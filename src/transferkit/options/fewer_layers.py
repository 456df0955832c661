"""Options of the student that is a part of its teacher."""

from typing import Annotated, ClassVar

from pydantic import Field

from transferkit.config import NO_TRUTH
from transferkit.training.student_options import WritingOptions

KIND = "distillation"
Position = Annotated[int, Field(ge=1, le=10_000), NO_TRUTH]


class Options(WritingOptions):
    """The student starts as part of its teacher."""

    layers: Position | Annotated[tuple[Position, ...], Field(min_length=1, max_length=10_000)] | None = Field(
        None,
        description="kept layers of the teacher: their number, or a list, counted from 1; default: half of them",
    )
    usual_layer_decay: ClassVar[float] = 0.9
    usual_hidden_weight: ClassVar[float] = 10.0
