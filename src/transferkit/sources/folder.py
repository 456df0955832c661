"""Local folders in the Hugging Face or sentence-transformers layout."""

from pathlib import Path

from transferkit.errors import SourceError
from transferkit.sources import layout
from transferkit.sources.source import Found, Request


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
    below = [path.parent.name for path in sorted(folder.glob("*/config.json"))]
    meant = f"; did you mean {folder / below[0]}?" if below else "; fetch the model again"
    raise SourceError(
        f"{folder} is no model folder: expected config.json and model.safetensors, or one .gguf file, found neither"
        + meant
    )
