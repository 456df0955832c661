"""Data sets of the Hugging Face hub: `org/name`, or `org/name:configuration`, read with `datasets`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import constants

from transferkit.data import Rows, read_splits
from transferkit.disk import is_full
from transferkit.errors import ConfigError, ResourceError, SourceError
from transferkit.reading import formats
from transferkit.reading.compression import stored_suffix
from transferkit.sources.source import UnreachableError
from transferkit.sources.source import offline as is_offline

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+(:[\w.-]+)?")


def names(path: str) -> bool:
    """Whether `path` is written like a hub data set: no file or folder, nor a file's name."""
    known = stored_suffix(Path(path)) in formats.by_suffix()
    return bool(_NAME.fullmatch(path)) and not known and not Path(path).exists()


def load(name: str, *, offline: bool) -> dict[str, Rows]:
    """The splits of the hub data set `name`.

    Raises `ConfigError` without the extra `data` or for a configuration there is not, `UnreachableError` where
    neither the network nor the cache of `datasets` has it, `SourceError` where it cannot be read.
    """
    try:
        import datasets
        from datasets.exceptions import DatasetNotFoundError
    except ImportError:
        raise ConfigError(f"the data set {name} needs datasets: pip install 'transferkit[data]'") from None
    path, _, configuration = name.partition(":")
    offline = is_offline(offline)
    try:
        with _without_network(datasets.config, offline):
            splits: Any = datasets.load_dataset(path, configuration or None)
    except Exception as error:
        raise _explained(error, name, offline, DatasetNotFoundError) from None
    return read_splits(splits)


def _explained(error: Exception, name: str, offline: bool, unknown: type[Exception]) -> Exception:
    """What `datasets` says, as one of our errors; `unknown` is its own for a name that the hub does not have."""
    path = name.partition(":")[0]
    if is_full(error):
        return ResourceError(f"no disk left for the data set {name} ({_first_line(error)}); free some space, try again")
    if isinstance(error, unknown) and not offline:
        return UnreachableError(f"the hub has no data set {path}, nor is there a file of that name")
    if isinstance(error, unknown | ConnectionError | OSError):
        return _absent(name, offline, error)
    if isinstance(error, ValueError):
        return ConfigError(f"{name}: {_first_line(error)}; choose one as {path}:CONFIGURATION")
    return SourceError(f"the data set {name} cannot be read: {_first_line(error)}")


@contextmanager
def _without_network(settings: Any, offline: bool) -> Iterator[None]:
    """Both libraries read their switch from the environment when they are imported, which is long ago."""
    hub: Any = constants
    before = hub.HF_HUB_OFFLINE, settings.HF_HUB_OFFLINE
    if offline:
        hub.HF_HUB_OFFLINE = settings.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        hub.HF_HUB_OFFLINE, settings.HF_HUB_OFFLINE = before


def _absent(name: str, offline: bool, error: Exception) -> UnreachableError:
    if offline:
        return UnreachableError(
            f"the data set {name} is not on this machine and the run is offline; fetch it first, where there is a "
            f"network: transferkit fetch --data {name}"
        )
    return UnreachableError(f"the hub did not serve the data set {name}: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
