"""How to go on with a run that was interrupted: the call, as Python writes it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from transferkit.config import DESCRIBED, RouteConfig, RunConfig


@contextmanager
def said(config: RunConfig, in_memory: Sequence[str]) -> Iterator[None]:
    """A `KeyboardInterrupt` within says with which call to go on. `in_memory` are the arguments that are no files."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(words(config, in_memory)) from None


def words(config: RunConfig, in_memory: Sequence[str]) -> str:
    """What is left of the run that `config` describes, and how to go on with it."""
    folder = config.output_dir
    if folder is None or not (folder / DESCRIBED).exists():
        return "stopped before anything was trained; the same call starts again"
    return f"stopped, what was done is kept; go on with: {call(config, in_memory)}"


def call(config: RunConfig, in_memory: Sequence[str]) -> str:
    """The call of `transferkit.fit` that goes on with the run that `config` describes, its defaults left out."""
    of_data = config.data.model_dump(mode="json", exclude_defaults=True)
    given = config.model_dump(mode="json", exclude_defaults=True, exclude={"data", "routes"})
    first = "data" if "data" in in_memory else repr(of_data["path"])
    usual = config.routes == RunConfig.model_fields["routes"].default
    routes = {} if usual else {"routes": [_route(route) for route in config.routes]}
    named = {name: value for name, value in of_data.items() if name != "path"} | given | routes
    tables = [f"{name}={name}" for name in in_memory if name != "data"]
    arguments = [first, *tables, *(f"{name}={value!r}" for name, value in named.items()), "resume=True"]
    return f"transferkit.fit({', '.join(arguments)})"


def _route(route: RouteConfig) -> Any:
    label = {"label": route.label} if route.label else {}
    return {route.name: {**label, **route.options}} if label or route.options else route.name
