"""What a user may set of every route, checked before anything heavy is imported: no file here needs torch.

One route, one file; the file's name is the route's name.
"""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from pydantic import ValidationError

from transferkit.config import AUTO, RouteConfig, Strict
from transferkit.errors import ConfigError, unknown
from transferkit.violations import explain


class Described(Protocol):
    """What every file of this folder offers. `KIND` is the file in `routes/` that runs the route."""

    KIND: str
    Options: type[Strict]


def names() -> list[str]:
    """Every route a user may ask for: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def get(name: str) -> Described:
    """The route called `name`. Raises `ConfigError` naming what there is."""
    if name not in names():
        raise unknown("route", name, names())
    return cast(Described, import_module(f"{__name__}.{name}"))


def checked(route: RouteConfig) -> Strict:
    """The options that `route` is given. Raises `ConfigError` for a name, an option or a value that there is not."""
    schema = get(route.name).Options
    try:
        return schema.model_validate(route.options)
    except ValidationError as error:
        fields = ", ".join(schema.model_fields)
        elsewhere = any(with_option(name) for name in route.options if name not in schema.model_fields)
        words = explain(error, lambda place: () if elsewhere else schema.model_fields)
        raise ConfigError(f"route {route.title}: {words}; its options are {fields or 'none'}") from None


def with_option(name: str) -> list[str]:
    """The routes that have an option of that name, fine-tuning first."""
    found = [route for route in names() if name in get(route).Options.model_fields]
    return sorted(found, key=lambda route: (route != "full", route))


def require_distinct(routes: Sequence[RouteConfig]) -> None:
    """Raise `ConfigError` where two of them have one title, also where only large and small letters differ: to some
    file systems these are the same."""
    titles = [route.title.casefold() for route in routes]
    twice = sorted({route.title for route in routes if titles.count(route.title.casefold()) > 1})
    if twice:
        raise ConfigError(f"routes named twice: {', '.join(twice)}; give each a label of its own")


def named_in(route: RouteConfig) -> tuple[RouteConfig, ...]:
    """The routes that `route` names: itself, or those that `auto` has options for."""
    if route.name != AUTO:
        return (route,)
    for name, values in route.options.items():
        if not isinstance(values, dict):
            raise ConfigError(f"auto.{name}: expected the options of a route, as in auto.full.epochs=3")
    return tuple(RouteConfig(name=name, options=values) for name, values in route.options.items())
