"""`Predictions.outputs` in a file: what `evaluation.outputs` makes JSON of, read back through a schema."""

import re
from typing import Any

from pydantic import Field, field_validator

from transferkit.evaluation import outputs
from transferkit.record import Record

_NUMBERS_OR_TEXTS = re.compile(r"[<>|=]?[fiubU]\d{1,7}")


class KeptOutputs(Record):
    """An array: (name, numpy's type) of every field, the name "" where there is just one, and the values."""

    dtype: tuple[tuple[str, str], ...] = Field(min_length=1)
    values: tuple[Any, ...]

    @field_validator("dtype")
    @classmethod
    def _plain(cls, fields: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for _, kind in fields:
            if not _NUMBERS_OR_TEXTS.fullmatch(kind):
                raise ValueError(f"expected types of numbers or texts, found {kind!r:.40}")
        return fields

    def array(self) -> "outputs.Outputs":
        """The array. Raises `ValueError` where values and types do not fit."""
        try:
            return outputs.from_json(self.model_dump(mode="python"))
        except (TypeError, OverflowError, IndexError) as error:
            raise ValueError(f"the values are not of type {self.dtype}: {error}") from None


def kept(answers: Any) -> KeptOutputs:
    """`answers`, as they can be written."""
    made = outputs.as_json(answers)
    types = tuple((str(name), str(kind)) for name, kind in made["dtype"])
    return KeptOutputs(dtype=types, values=tuple(made["values"]))
