"""What a model answered in memory to a few rows, kept to be compared with what it answers once it is read back."""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from transferkit import record
from transferkit.artifact.kept_outputs import KeptOutputs, kept
from transferkit.errors import ArtifactError
from transferkit.evaluation.outputs import Outputs
from transferkit.record import Record
from transferkit.table.rows import Rows


class AnswerCheck(Record):
    """`artifact` is relative to the run's folder; `inputs` are columns of texts."""

    artifact: str
    inputs: dict[str, tuple[str, ...]] = Field(min_length=1)
    outputs: KeptOutputs

    @property
    def rows(self) -> Rows:
        """The texts as rows. Raises `ValueError` where the columns are not of one length."""
        lengths = {len(column) for column in self.inputs.values()}
        if len(lengths) != 1:
            raise ValueError(f"inputs: expected columns of one length, found {sorted(lengths)}")
        return Rows({name: list(column) for name, column in self.inputs.items()}, np.arange(1, lengths.pop() + 1))


def write(path: Path, artifact: str, rows: Rows, answers: Any) -> None:
    """`answers` are the outputs for `rows` of the model that was saved as `artifact`."""
    inputs = {name: tuple(rows[name]) for name in ("text", "text_pair") if name in rows}
    record.write(path, AnswerCheck(artifact=artifact, inputs=inputs, outputs=kept(answers)))


def read(path: Path) -> tuple[str, Rows, Outputs]:
    """The artifact, the rows and the outputs that it must give for them. Raises `ArtifactError` for a damaged file."""
    remedy = "delete the model's folder to train it again"
    check = record.read(path, AnswerCheck, ArtifactError, remedy)
    try:
        return check.artifact, check.rows, check.outputs.array()
    except ValueError as error:
        raise ArtifactError(f"{path} is damaged: {error}; {remedy}") from None
