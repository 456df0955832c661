"""Names of models and data sets that there are not, said before anything is read or fetched."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

from transferkit.errors import DataError, SourceError, nearest
from transferkit.places import beside
from transferkit.sources import catalogue

_ALIKE, _ALIKE_OF_DATA = 0.85, 0.7
"""Names that are this much alike differ by a slip; the hub has models of its own that are less so."""


def require_model(name: str) -> None:
    """Raise `SourceError` for a name that is nearly one of the catalogue's, or is that of a data set.

    Names with a slash are the hub's or folders'.
    """
    models = [entry.name for entry in catalogue.read().models]
    if catalogue.dataset(name):
        raise SourceError(f"{name}: expected a model, found the name of a data set; name a model, such as {models[0]}")
    _require("model", name, models)


def require_either(name: str) -> None:
    """Raise `SourceError` for a name that is nearly that of a model or a data set of the catalogue."""
    if catalogue.model(name):
        return
    entries = catalogue.read()
    models, sets = ([entry.name for entry in listed] for listed in (entries.models, entries.datasets))
    _require("data set", name, sets, _ALIKE_OF_DATA)
    _require("model", name, models)


def _require(kind: str, name: str, known: Sequence[str], alike: float = _ALIKE) -> None:
    if "/" in name or name.endswith(".gguf") or Path(name).exists() or name.lower() in map(str.lower, known):
        return
    near = nearest(name, known)
    if near and (name.casefold() in near.casefold() or _alike(name, near) >= alike):
        raise SourceError(
            f"unknown {kind} {name!r}; did you mean {near!r}? There is {', '.join(known)}; what is on the hub is "
            "written org/name, a folder ./name"
        )


def require_data(name: str) -> None:
    """Raise `DataError` for what is no file and no data set, with what may be meant."""
    if "/" in name or "." in name or Path(name).exists():
        return  # whoever reads it says what is wrong with it
    sets = [entry.name for entry in catalogue.read().datasets]
    if catalogue.model(name):
        raise DataError(f"{name}: expected data, found the name of a model; name the data first, then --model {name}")
    near = nearest(name, sets)
    meant = beside(Path(name), sets) or (f"; did you mean the data set {near!r}?" if near else "")
    way_out = meant or "; check the path, or name a data set of the hub as org/name"
    raise DataError(
        f"{name}: expected a data file or a data set, found no such file, and the catalogue has "
        f"{', '.join(sets)}{way_out}"
    )


def _alike(name: str, other: str) -> float:
    return SequenceMatcher(None, name.casefold(), other.casefold()).ratio()
