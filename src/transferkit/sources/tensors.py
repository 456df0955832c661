"""Tensors of a safetensors file of ours, checked before anything is computed with them."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from transferkit.errors import ArtifactError

Size = tuple[int | None, ...]

_AGAIN = "copy it again, or train it again with transferkit fit --resume"
_REMEDY = "train again or restore it from a copy"


def read(path: Path, sizes: Mapping[str, Size], integers: Collection[str] = ()) -> dict[str, Any]:
    """The tensors of `path`, which must have these names and sizes (None: any), be float32 and finite, or int64 if they
    are among `integers`.

    Raises `ArtifactError` for anything else.
    """
    if not path.is_file():
        raise ArtifactError(f"{path}: expected a file of weights, found none; {_REMEDY}")
    try:
        with safe_open(path, framework="np") as file:
            _same_names(path, set(file.keys()), set(sizes))
            return {n: _tensor(path, file, n, size, "I64" if n in integers else "F32") for n, size in sizes.items()}
    except (SafetensorError, OSError, ValueError) as error:
        raise ArtifactError(f"{path} is not an intact safetensors file ({error}); {_REMEDY}") from None


def damage(folder: Path) -> str:
    """Which file of weights of the artifact `folder` is missing or damaged, as a sentence with a way out; "" where
    none is."""
    path = folder / "model.safetensors"
    elsewhere = (folder / f"{path.name}.index.json").is_file() or any(folder.glob("*.bin"))
    if not path.is_file() and not elsewhere:
        return f"{path} is missing; {_AGAIN}"
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="np") as file:
                file.keys()
        except (SafetensorError, OSError) as error:
            return f"{path} is damaged ({error}); {_AGAIN}"
    return ""


def _same_names(path: Path, names: set[str], expected: set[str]) -> None:
    if names != expected:
        raise ArtifactError(
            f"{path} is damaged: expected the tensors {', '.join(sorted(expected))}, found "
            f"{', '.join(sorted(names)[:10]) or 'none'}; {_REMEDY}"
        )


def _tensor(path: Path, file: Any, name: str, size: Size, wanted_kind: str) -> Any:
    part = file.get_slice(name)
    shape, kind = tuple(part.get_shape()), str(part.get_dtype())
    same = len(shape) == len(size) and all(b is None or a == b for a, b in zip(shape, size, strict=True))
    if kind != wanted_kind or not same:
        wanted = " x ".join("any" if length is None else str(length) for length in size)
        found = " x ".join(map(str, shape))
        raise ArtifactError(
            f"{path} is damaged: expected {name} as {wanted_kind} of {wanted}, found {kind} of {found}; {_REMEDY}"
        )
    tensor = np.asarray(file.get_tensor(name), dtype=np.int64 if wanted_kind == "I64" else np.float32)
    if not np.isfinite(tensor).all():
        raise ArtifactError(f"{path} is damaged: {name} has numbers that are NaN or infinite; {_REMEDY}")
    return tensor
