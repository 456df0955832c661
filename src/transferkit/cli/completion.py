"""What a shell offers while a command is typed: names of tasks, routes, models and data. Nothing here reads a file."""

from collections.abc import Callable, Iterable
from pathlib import Path

from transferkit import options, sources, tasks
from transferkit.config import GenerationConfig

Complete = Callable[[str], list[str]]
"""What may follow of a word that is begun."""


def _begun(words: Iterable[str], begun: str) -> list[str]:
    return [word for word in words if word.startswith(begun)]


def _last_of_several(words: Iterable[str], begun: str) -> list[str]:
    """The words behind the last comma."""
    before, comma, last = begun.rpartition(",")
    return [f"{before}{comma}{word}" for word in _begun(words, last)]


def task(begun: str) -> list[str]:
    """Tasks."""
    return _begun((*tasks.names(), *tasks.ALIASES), begun)


def routes(begun: str) -> list[str]:
    """Routes, with commas between them."""
    return _last_of_several(("auto", *options.names()), begun)


def model(begun: str) -> list[str]:
    """Models of the catalogue, with commas between them, or folders."""
    return [*_last_of_several((entry.name for entry in sources.models()), begun), *_paths(begun)]


def data(begun: str) -> list[str]:
    """Data sets of the catalogue, or files."""
    return [*_begun((entry.name for entry in sources.datasets()), begun), *_paths(begun)]


def name(begun: str) -> list[str]:
    """Models and data sets of the catalogue."""
    names = (*(entry.name for entry in sources.models()), *(entry.name for entry in sources.datasets()))
    return _begun(names, begun)


def setting(begun: str) -> list[str]:
    """Options of routes: full.epochs=."""
    names = (f"{route}.{option}=" for route in options.names() for option in options.get(route).Options.model_fields)
    return _begun(names, begun)


def generation(begun: str) -> list[str]:
    """Settings of how a model writes: num_beams=."""
    return _begun((f"{name}=" for name in GenerationConfig.model_fields), begun)


def _paths(begun: str) -> list[str]:
    place = Path(begun)
    folder = place if begun.endswith("/") else place.parent
    try:
        there = sorted(folder.iterdir())
    except OSError:
        return []
    return _begun((f"{path}/" if path.is_dir() else str(path) for path in there), begun)
