"""Options of the student that is a smaller pretrained model."""

from typing import ClassVar

from pydantic import Field

from transferkit.training.student_options import WritingOptions

KIND = "distillation"


class Options(WritingOptions):
    """The student is a smaller pretrained model with a new head."""

    model: str = Field(description="catalogue or hub name, folder, GGUF file or wheel:// address")
    usual_layer_decay: ClassVar[float] = 0.9
