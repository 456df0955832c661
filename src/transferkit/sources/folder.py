"""Local folders in the Hugging Face or sentence-transformers layout."""

from pathlib import Path

from transferkit.errors import SourceError
from transferkit.sources import layout
from transferkit.sources.source import Found, Request

_SHOWN = 3


def claims(name: str) -> bool:
    if name.startswith("wheel://"):
        return False
    path = Path(name).expanduser()
    return path.is_dir() or ((path.is_file() or name.startswith((".", "/", "~"))) and path.suffix != ".gguf")


def fetch(name: str, request: Request) -> Found:
    """The model in the folder `name`; a folder with nothing but one GGUF file gives that file."""
    folder = Path(name).expanduser().resolve()
    if folder.is_file():
        raise SourceError(f"{name} is a file; expected the folder of a model, a .gguf file or a name")
    if not folder.is_dir():
        raise SourceError(f"there is no folder {folder}")
    if layout.is_model(folder) or layout.is_adapter(folder):
        return Found(folder)
    files = sorted(folder.glob("*.gguf"))
    if len(files) == 1:
        return Found(files[0])
    if files:
        raise SourceError(f"{folder} holds several GGUF files; name one: {', '.join(path.name for path in files)}")
    if (folder / layout.OWN).is_file():
        raise SourceError(
            f"{folder} is what a route without a pretrained model has saved; use it with transferkit.load() or "
            "transferkit predict, and name a pretrained model here"
        )
    raise SourceError(
        f"{folder} is no model folder: expected config.json and model.safetensors, or one .gguf file, found neither"
        + _meant(folder)
    )


def _meant(folder: Path) -> str:
    """What to do: take one of the models below, where there are any."""
    names = ("config.json", layout.ADAPTER)
    folders = {path.parent for way in ("*", "*/*") for name in names for path in folder.glob(f"{way}/{name}")}
    below = sorted(str(path) for path in folders if not folders & set(path.parents))
    if not below:
        return "; fetch the model again"
    if len(below) == 1:
        return f"; did you mean {below[0]}?"
    more = f" and {len(below) - _SHOWN} more" if len(below) > _SHOWN else ""
    return f"; name one of the models below it: {', '.join(below[:_SHOWN])}{more}"
