"""Finding the model in a folder: its Hugging Face root, its weights, its licence."""

import json
import re
from pathlib import Path
from typing import Any

from transferkit.errors import SourceError

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_LICENCE = re.compile(r"^licen[cs]e:[ \t]*['\"]?([^'\"\n]+)", re.MULTILINE)


def is_model(folder: Path) -> bool:
    """Whether `folder` itself has the layout of a Hugging Face or sentence-transformers model."""
    return (folder / "config.json").is_file() or (folder / "modules.json").is_file()


def locate(folder: Path) -> Path:
    """The model in or below `folder`: a folder in the Hugging Face layout, or a single GGUF file."""
    if is_model(folder):
        return folder
    roots = [path.parent for path in sorted(folder.rglob("config.json")) if _has_weights(path.parent)]
    files = sorted(folder.rglob("*.gguf"))
    found = roots or files
    if len(found) != 1:
        names = ", ".join(str(path.relative_to(folder)) for path in found[:5]) or "none"
        raise SourceError(f"expected one model (config.json with weights, or a .gguf) in {folder}, found {names}")
    return found[0]


def encoder_folder(folder: Path) -> Path:
    """Where config.json is: old sentence-transformers folders keep it in `0_Transformer`."""
    if (folder / "config.json").is_file():
        return folder
    for module in modules(folder):
        inner = folder / str(module.get("path", ""))
        if (inner / "config.json").is_file() and _has_weights(inner):
            return inner
    raise SourceError(f"{folder} has no config.json; expected a folder in the Hugging Face layout")


def modules(folder: Path) -> list[dict[str, Any]]:
    """The entries of sentence-transformers' modules.json; none for a plain model."""
    found = read_json(folder / "modules.json", [])
    if not isinstance(found, list) or not all(isinstance(module, dict) for module in found):
        raise SourceError(f"{folder / 'modules.json'} is not a list of modules")
    inside = [module for module in found if ".." not in Path(str(module.get("path", ""))).parts]
    if len(inside) != len(found):
        raise SourceError(f"{folder / 'modules.json'} names a path outside its folder; it is refused")
    return inside


def weights(folder: Path) -> list[Path]:
    """The safetensors files of a model folder, in order. Raises `SourceError` where there are none."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if (folder / INDEX).is_file():
        names = sorted({Path(str(name)).name for name in read_json(folder / INDEX, {}).get("weight_map", {}).values()})
        absent = [name for name in names if not (folder / name).is_file()]
        if absent or not names:
            raise SourceError(f"{folder} is incomplete: {', '.join(absent) or INDEX} is missing")
        return [folder / name for name in names]
    pickles = [path.name for pattern in _PICKLES for path in folder.glob(pattern)]
    if pickles:
        raise no_pickle(str(folder), pickles)
    raise SourceError(f"{folder} holds no weights; expected {WEIGHTS}")


def no_pickle(where: str, files: list[str]) -> SourceError:
    """The error for a model which exists as pickle only."""
    return SourceError(
        f"{where} has its weights only as pickle ({', '.join(sorted(files)[:3])}), which can run code when opened "
        "and is never loaded here; choose a revision with model.safetensors, or convert it on a machine you trust "
        "with save_pretrained() of transformers"
    )


def licence(folder: Path) -> str | None:
    """The licence the model card (README.md) names in its header, if any."""
    card = folder / "README.md"
    if not card.is_file():
        return None
    text = card.read_text(encoding="utf-8", errors="replace")
    if not text.startswith("---"):
        return None
    match = _LICENCE.search(text.split("---", 2)[1])
    return match[1].strip() if match else None


def read_json(path: Path, default: Any) -> Any:
    """The contents of a JSON file, `default` where there is none; `SourceError` where it is damaged."""
    if not path.is_file():
        return default
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SourceError(f"{path} is not readable JSON: {error}") from None


def _has_weights(folder: Path) -> bool:
    return (folder / WEIGHTS).is_file() or (folder / INDEX).is_file() or any(folder.glob("*.bin"))
