"""Every number that a user may set has a lower and an upper bound, and takes nothing that is no number."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import ValidationError
from typer.models import OptionInfo

from transferkit import options
from transferkit.cli import commands
from transferkit.config import DataConfig, GenerationConfig, RunConfig, Strict
from transferkit.fitting.settings import FeatureSettings, RouteSettings
from transferkit.violations import explain

LOWER, UPPER = {"minimum", "exclusiveMinimum", "ge", "gt"}, {"maximum", "exclusiveMaximum", "le", "lt"}
OF_ROUTES = {f"routes {name}": options.get(name).Options for name in options.names()}
SCHEMAS: dict[str, type[Strict]] = {
    "run": RunConfig,
    "data": DataConfig,
    "generation": GenerationConfig,
    "estimator": RouteSettings,
    "features": FeatureSettings,
    **OF_ROUTES,
}


def numbers(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every number in a JSON schema, however deep."""
    if schema.get("type") in ("integer", "number"):
        yield schema
    for part in schema.values():
        for inner in part if isinstance(part, list) else [part]:
            if isinstance(inner, dict):
                yield from numbers(inner)


def numeric(schema: type[Strict]) -> dict[str, Mapping[str, Any]]:
    """The fields of `schema` with a number in them."""
    fields = schema.model_json_schema()["properties"]
    return {name: field for name, field in fields.items() if list(numbers(field))}


def unbounded(schema: type[Strict]) -> list[str]:
    return [
        name
        for name, field in numeric(schema).items()
        if not all(ends & (each.keys() | field.keys()) for each in numbers(field) for ends in (LOWER, UPPER))
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_number_has_both_bounds(name: str) -> None:
    assert unbounded(SCHEMAS[name]) == []


def test_an_unbounded_number_would_be_found() -> None:
    class Options(Strict):
        deep: tuple[int, ...] | None = None

    assert unbounded(Options) == ["deep"]


ABSURD = (True, float("inf"), float("-inf"), float("nan"), 10**400, -(10**400), 1e308, -1e308, "١٢", b"3", {}, "nan")


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("value", ABSURD, ids=lambda value: f"{value!r:.12}")
def test_absurd_numbers_are_refused(name: str, value: Any) -> None:
    taken = []
    for field in numeric(SCHEMAS[name]):
        for given in (value, [value], [value, value]):
            try:
                SCHEMAS[name].model_validate({field: given})
            except ValidationError as error:
                if all(item["loc"][0] != field for item in error.errors()):
                    taken.append((field, given))
            else:
                taken.append((field, given))
    assert taken == []


def options_of_commands() -> Iterator[tuple[str, Any, OptionInfo]]:
    """Of every option of every command: its name, its type and what typer knows of it."""
    for module in iter_modules(commands.__path__):
        command = import_module(f"{commands.__name__}.{module.name}").command
        for name, hint in get_type_hints(command, include_extras=True).items():
            kinds = [hint, *get_args(hint)]
            found = [each for kind in kinds for each in getattr(kind, "__metadata__", ())]
            yield from ((f"{module.name} {name}", hint, each) for each in found if isinstance(each, OptionInfo))


def test_every_number_of_the_command_line_has_both_bounds() -> None:
    in_schema = {*RunConfig.model_fields, *DataConfig.model_fields}
    own = [
        (name, info)
        for name, hint, info in options_of_commands()
        if ("int" in str(hint) or "float" in str(hint)) and name.split()[1] not in in_schema
    ]
    assert [name for name, _ in own] == ["predict batch_size"]
    assert [name for name, info in own if info.min is None or info.max is None] == []


@pytest.mark.parametrize("wrong", ["x", -1e9, [None], {"a": 1}, True])
@pytest.mark.parametrize("name", SCHEMAS)
def test_what_would_be_right_is_said_in_words(name: str, wrong: Any) -> None:
    """Not in the names that pydantic gives to the types that it tries."""
    for field in SCHEMAS[name].model_fields:
        try:
            SCHEMAS[name].model_validate({field: wrong})
        except ValidationError as error:
            said = explain(error)
            assert not re.search(r"function-|constrained|literal\[|nullable|tagged", said), said
            assert said.count(f"{field}: ") <= 1 or isinstance(wrong, list | dict), said
