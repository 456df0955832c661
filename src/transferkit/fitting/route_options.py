"""Options of a route as parameters of an estimator: `options__epochs`."""

from collections.abc import Mapping
from typing import Any

from transferkit import options
from transferkit.errors import shown, unknown
from transferkit.fitting.refusals import InvalidParameterError, refusing

PREFIX = "options__"


def every(route: Any, given: Any) -> dict[str, Any]:
    """Every option of `route` by the name of its parameter: as it is `given`, otherwise its default. None where there
    is no such route."""
    schema = options.get(route).Options if isinstance(route, str) and route in options.names() else None
    fields = schema.model_fields if schema else {}
    own = dict(given) if isinstance(given, Mapping) else {}
    usual = {name: None if field.is_required() else field.default for name, field in fields.items()}
    return {f"{PREFIX}{name}": value for name, value in {**usual, **own}.items()}


def changed(route: Any, given: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The options `given`, with `changes` by the names of options. Raises `InvalidParameterError` for an option that
    `route` does not have."""
    if given is not None and not isinstance(given, Mapping):
        raise InvalidParameterError(f"options: expected a dict such as {{'epochs': 3}}, found {shown(given, 60)}")
    with refusing():
        known = options.get(route).Options.model_fields if isinstance(route, str) else {}
        for name in changes:
            if name not in known:
                raise unknown(f"option of {route}", name, known)
    return {**(given or {}), **changes}
