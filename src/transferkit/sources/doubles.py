"""The same weight twice in a model's files: a loader takes one of them, and does not say which."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from safetensors import safe_open

from transferkit.errors import SourceError

_WRAPPERS = {"module", "_orig_mod", "_fsdp_wrapped_module", "model", "base_model", "auto_model", "0"}
_OLD = {".LayerNorm.gamma": ".LayerNorm.weight", ".LayerNorm.beta": ".LayerNorm.bias"}

Place = tuple[Path, str]


def require_none(files: Sequence[Path], body: str, folder: Path) -> None:
    """Raise `SourceError` where `files`, the weights in `folder`, have two values for one parameter; `body` is the
    prefix that the model has for what is not its head ("bert.")."""
    places: dict[str, list[Place]] = defaultdict(list)
    for file, name in _names(files):
        places[_plain(name, body)].append((file, name))
    for first, *others in places.values():
        for other in others:
            if not _equal(first, other):
                raise SourceError(
                    f"the weights in {folder} have two values for one parameter: {_said(first, other)}; it cannot be "
                    "told which is meant: fetch the model again, or save it with save_pretrained() of transformers"
                )


def _names(files: Sequence[Path]) -> Iterator[Place]:
    for path in files:
        with safe_open(path, framework="pt") as file:
            yield from ((path, str(name)) for name in file.keys())  # noqa: SIM118 (not a mapping)


def _plain(name: str, body: str) -> str:
    """`name` as it is in a model without a head that nobody wrapped."""
    for old, new in _OLD.items():
        name = f"{name.removesuffix(old)}{new}" if name.endswith(old) else name
    while True:
        if name.startswith(body) and body != ".":
            name = name.removeprefix(body)
        first, dot, rest = name.partition(".")
        if not dot or first not in _WRAPPERS:
            return name
        name = rest


def _equal(first: Place, other: Place) -> bool:
    with safe_open(first[0], framework="pt") as one, safe_open(other[0], framework="pt") as two:
        return torch.equal(one.get_tensor(first[1]), two.get_tensor(other[1]))


def _said(first: Place, other: Place) -> str:
    if first[0] == other[0]:
        return f"{first[1]} and {other[1]}"
    return f"{first[1]} in {first[0].name}, {other[1]} in {other[0].name}"
