"""How a saved route came about: `training.json` beside its weights."""

from pathlib import Path
from typing import Any

from pydantic import Field

from transferkit import record
from transferkit.errors import ArtifactError
from transferkit.record import Record

NAME = "training.json"


class Training(Record):
    """What a route tells of its training; None stands for what is no number."""

    method: str
    trained_parameters: int = Field(ge=0)
    seconds: float = Field(ge=0)
    settings: dict[str, Any]
    history: tuple[dict[str, float | None], ...]
    notes: tuple[str, ...]


def write(folder: Path, training: Training) -> None:
    """Write what `read` reads."""
    record.write(folder / NAME, training)


def read(folder: Path) -> Training | None:
    """How the route in `folder` came about, None where it is not finished. Raises `ArtifactError` for a damaged
    file."""
    path = folder / NAME
    if not path.exists():
        return None
    return record.read(path, Training, ArtifactError, f"delete {folder} to train that route again")
