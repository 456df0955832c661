"""What the parameters of an estimator may be. They are checked where it is fitted, as scikit-learn has it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import Field, ValidationError, field_validator
from sklearn.utils import check_random_state

from transferkit.config import AUTO, Integer, Length, Precision, Seed, Share, Strict
from transferkit.errors import ConfigError
from transferkit.places import CacheFolder, Place
from transferkit.sources.sentence import require_known
from transferkit.violations import explain

Layer = Annotated[Integer, Field(ge=-10_000, le=10_000)]
S = TypeVar("S", bound=Strict)


class ModelSettings(Strict):
    """Of every estimator: the pretrained model, and how it is had and run."""

    model: Place | None = None
    max_length: Length | None = None
    precision: Precision | Literal["auto"] = AUTO
    cache_dir: CacheFolder | None = None
    offline: bool = False
    trust_remote_code: bool = False
    verbose: Integer = Field(0, ge=0, le=1_000)


class RouteSettings(ModelSettings):
    """Of one that learns by a route."""

    route: str
    options: dict[str, Any] | None = None
    validation_size: Share = 0.1
    random_state: Seed = 0


class FeatureSettings(ModelSettings):
    """Of one that reads features."""

    layers: Literal["all"] | Layer | Annotated[tuple[Layer, ...], Field(min_length=1, max_length=10_000)] = -1
    pooling: str | None = None

    @field_validator("pooling")
    @classmethod
    def _is_known(cls, pooling: str | None) -> str | None:
        return require_known(pooling)


def checked(schema: type[S], parameters: Mapping[str, Any]) -> S:
    """`parameters` as `schema` has them. Raises `ConfigError`, where one cannot be what it is."""
    values = {name: _plain(value) for name, value in parameters.items()}
    if isinstance(values.get("verbose"), bool):  # as is usual in scikit-learn
        values["verbose"] = int(values["verbose"])
    if "random_state" in values:
        values["random_state"] = _seed(values["random_state"])
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error)) from None


def _plain(value: Any) -> Any:
    """`value` in types of Python, where it is one of numpy or another mapping."""
    if isinstance(value, np.generic):
        return value.item()
    return {name: _plain(part) for name, part in value.items()} if isinstance(value, Mapping) else value


def _seed(value: Any) -> Any:
    """What scikit-learn takes for a random state, as a seed: None and a generator give another one every time."""
    drawing = value is None or value is np.random or isinstance(value, np.random.RandomState)
    return int(check_random_state(value).randint(2**31 - 1)) if drawing else value
