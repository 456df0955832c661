"""Flags and a YAML file -> the description of a run. The schema is `config`'s; this only merges."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from textwrap import wrap
from typing import Any

import typer
from pydantic import TypeAdapter, ValidationError

from transferkit import config, plain_yaml
from transferkit.artifact.resumption import nearest_run
from transferkit.config import AUTO, DESCRIBED, DataConfig, RouteConfig, Routes, RunConfig, Strict
from transferkit.errors import ConfigError, shown
from transferkit.violations import explain

POSITIONAL = "path"
"""The one field of `DataConfig` that has no flag: it is the argument DATA."""

_WIDTH = 44
"""Of a column of help, in a terminal of 80."""

_ROUTES: TypeAdapter[tuple[RouteConfig, ...]] = TypeAdapter(Routes)


def flag(
    name: str,
    metavar: str | None = None,
    values: Iterable[str] = (),
    complete: Callable[[str], list[str]] | None = None,
) -> Any:
    """The option for the field `name` of the schema, with its description, default and `values` as help; `complete`
    says what may follow of a value that is begun."""
    field = (DataConfig if name in DataConfig.model_fields else RunConfig).model_fields[name]
    words = f"--{name.replace('_', '-')}"
    if field.annotation is bool:
        return typer.Option(f"{words}/--no-{words[2:]}", help=field.description, show_default=False)
    plain = isinstance(field.default, str | int | float)
    default = f" [default: {field.default}]" if plain else ""
    said = f"{field.description}{default}{_listed(values)}"
    return typer.Option(words, help=said, show_default=False, metavar=metavar, autocompletion=complete)


def _listed(values: Iterable[str]) -> str:
    r"""`values` in lines of their own, in which no name is broken: click keeps those that follow \b."""
    lines = wrap(", ".join(values), _WIDTH, break_on_hyphens=False)
    return "\n\n\b\n" + "\n".join(lines) if lines else ""


def described(
    flags: Mapping[str, Any], file: Path | None = None, settings: Sequence[str] = (), resume: bool = False
) -> RunConfig:
    """The run that the `flags` (fields of the schema by name) ask for, over what the YAML `file` says.

    `resume` without a file goes on from the description in the run folder; where there is none yet, a run that
    names its data starts. The run folder is settled here,
    so that its name is known whatever happens.
    """
    values = _base(flags, file, resume)
    fields = {name: value for name, value in flags.items() if value is not None and value not in ([], ())}
    values["data"] = {**(values.get("data") or {}), **_those(fields, DataConfig)}
    if POSITIONAL not in values["data"]:
        if file:
            config.parse({**values, "data": {**values["data"], POSITIONAL: "data"}})  # another key may be misspelt
            raise ConfigError(f"{file}: expected the key data, such as 'data: trec', found none; add it, or name DATA")
        raise ConfigError("expected DATA (a file, a catalogue name or a hub data set) or --config FILE; found neither")
    in_file = values.get("routes")
    generation = {**(values.get("generation") or {}), **_writing(fields.get("generation") or ())}
    values |= _those(fields, RunConfig) | {"generation": generation}
    if isinstance(fields.get("routes"), str):
        values["routes"] = _chosen(fields["routes"], in_file)
    if settings:
        values["routes"] = _set(_routes(values.get("routes", AUTO)), settings)
    values.setdefault("output_dir", None)
    if values["output_dir"] is None:
        values["output_dir"] = config.usual_folder(str(values["data"][POSITIONAL]))
    return config.parse(values)


def _base(flags: Mapping[str, Any], file: Path | None, resume: bool) -> dict[str, Any]:
    if resume and not flags.get("output_dir") and file is None:
        raise ConfigError("--resume needs to know which run to continue: add --output-dir RUN")
    if file is None and resume:
        file = Path(flags["output_dir"]) / DESCRIBED
        if not file.exists() and flags.get(POSITIONAL):
            return {}
        if not file.exists():
            near = nearest_run(file.parent)
            meant = f"did you mean {near}? Else " if near else ""
            raise ConfigError(f"nothing to resume: {file} does not exist; {meant}name the DATA to start a run there")
    return config.read_yaml(file) if file else {}


def _those(values: Mapping[str, Any], schema: type[Strict]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in schema.model_fields and name != "data"}


def _routes(values: Any) -> tuple[RouteConfig, ...]:
    try:
        return _ROUTES.validate_python(values)
    except ValidationError as error:
        raise ConfigError(explain(error, within="routes")) from None


def _chosen(words: str, described: Any) -> list[RouteConfig]:
    """The routes named in `words`; what the file says about a route of that title holds for it."""
    known = {route.title: route for route in (_routes(described) if described else ())}
    return [known.get(route.title, route) for route in _routes(words)]


def _set(routes: Sequence[RouteConfig], settings: Sequence[str]) -> list[RouteConfig]:
    options = {route.title: deepcopy(route.options) for route in routes}
    for setting in settings:
        name, equals, value = setting.partition("=")
        title, dot, option = name.strip().rpartition(".")
        title, option = title.replace("-", "_") if title not in options else title, option.replace("-", "_")
        if not (equals and dot and title and option):
            raise ConfigError(f"--set {setting}: expected ROUTE.OPTION=VALUE, such as full.epochs=3")
        if title not in options and AUTO in options:
            of_route = options[AUTO].setdefault(title, {})
            if not isinstance(of_route, dict):
                raise ConfigError(f"auto.{title}: expected the options of a route, found {shown(of_route)}")
            of_route[option] = _value(f"--set {setting}", value)
            continue
        if title not in options:
            typed, there = name.strip().rpartition(".")[0], ", ".join(options) or "none"
            whole = next((known for known in options if typed.startswith(f"{known}-")), None)
            way_out = f"{whole}.{option} is for {whole} of every model" if whole else "name it with --routes"
            raise ConfigError(f"--set {setting}: no route {typed!r} is asked for ({there}); {way_out}")
        options[title][option] = _value(f"--set {setting}", value)
    return [RouteConfig(name=route.name, label=route.label, options=options[route.title]) for route in routes]


def _writing(settings: Sequence[str]) -> dict[str, Any]:
    options = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (equals and name.strip()):
            raise ConfigError(f"--generation {setting}: expected NAME=VALUE, such as num_beams=4")
        name = name.strip().replace("-", "_")
        # Of texts YAML would make comments, mappings or nothing.
        plain = name == "stop" and not value.startswith("[")
        options[name] = value.replace("\\n", "\n") if plain else _value(f"--generation {setting}", value)
    return options


def _value(setting: str, text: str) -> Any:
    try:
        return plain_yaml.read(text)
    except ValueError as error:
        raise ConfigError(f"{setting}: expected a value such as 3, 2e-5, true or [a, b] ({error})") from None
