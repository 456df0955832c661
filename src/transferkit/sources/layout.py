"""Finding the model in a folder: its Hugging Face root, its weights, its licence."""

import re
from pathlib import Path

from pydantic import Field, RootModel

from transferkit.errors import SourceError
from transferkit.record import R, Record, read
from transferkit.sources import placeholders

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
ADAPTER = "adapter_config.json"
OWN = "transferkit.json"

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_FOREIGN = {
    "TensorFlow": ("*.h5", "*.ckpt.index"),
    "Flax": ("*.msgpack",),
    "ONNX": ("*.onnx", "onnx/*.onnx"),
    "OpenVINO": ("openvino_model.xml", "openvino/*.xml"),
}
_OF_TRAINERS = ("training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth")
_OF_TOKENIZERS = ("tokenizer*", "vocab*", "merges.txt", "*.model", "*.spm")
_LICENCE = re.compile(r"^licen[cs]e:[ \t]*['\"]?([^'\"\n]+)", re.MULTILINE)
_REMEDY = "fetch the model again, or correct the file"


class Module(Record):
    """One of the modules that a sentence-transformers model passes a text through, in its order."""

    type: str
    path: str = ""

    @property
    def kind(self) -> str:
        """The name of its class."""
        return self.type.rsplit(".", 1)[-1]


class Modules(RootModel[tuple[Module, ...]]):
    """What modules.json holds."""


class Index(Record):
    """What model.safetensors.index.json holds: in which file of its folder every tensor is."""

    weight_map: dict[str, str] = Field(min_length=1)


def is_model(folder: Path) -> bool:
    """Whether `folder` itself has the layout of a Hugging Face or sentence-transformers model."""
    return (folder / "config.json").is_file() or (folder / "modules.json").is_file()


def locate(folder: Path) -> Path:
    """The model in or below `folder`: a folder in the Hugging Face layout, or a single file."""
    if is_model(folder):
        return folder
    roots = [path.parent for path in sorted(folder.rglob("config.json")) if _has_weights(path.parent)]
    files = sorted(folder.rglob("*.gguf")) or [path for path in folder.rglob("*.bin") if path.is_file()]
    candidates = roots or files
    if len(candidates) != 1:
        names = ", ".join(str(path.relative_to(folder)) for path in candidates[:5]) or "none"
        raise SourceError(f"expected one model (config.json with weights, or a .gguf) in {folder}, found {names}")
    return candidates[0]


def encoder_folder(folder: Path) -> Path:
    """Where config.json is: old sentence-transformers folders keep it in `0_Transformer`."""
    if (folder / "config.json").is_file():
        return folder
    for module in modules(folder):
        inner = folder / module.path
        if (inner / "config.json").is_file() and _has_weights(inner):
            return inner
    raise SourceError(f"{folder} has no config.json; expected a folder in the Hugging Face layout")


def modules(folder: Path) -> tuple[Module, ...]:
    """The entries of sentence-transformers' modules.json; none for a plain model.

    Raises `SourceError` where one of them lies outside of `folder`.
    """
    path = folder / "modules.json"
    if not path.exists():
        return ()
    entries = read(path, Modules, SourceError, _REMEDY).root
    for module in entries:
        if not _inside(folder, module.path):
            raise SourceError(f"{path} names {module.path!r}, a path outside of its folder; it is refused")
    return entries


def _inside(folder: Path, named: str) -> bool:
    """Whether the folder `named` is below `folder`, links followed."""
    part = Path(named)
    if "\0" in named or part.is_absolute() or ".." in part.parts:
        return False
    return (folder / part).resolve().is_relative_to(folder.resolve())


def is_adapter(folder: Path) -> bool:
    """Whether `folder` holds an adapter and no model that it could be merged into."""
    return (folder / ADAPTER).is_file() and not (folder / WEIGHTS).exists() and not (folder / INDEX).exists()


def has_words_of_bert(folder: Path) -> bool:
    """Whether `folder` has a vocabulary of BERT's, and no tokenizer that is complete."""
    vocabulary = folder / "vocab.txt"
    if (folder / "tokenizer.json").exists() or not vocabulary.is_file():
        return False
    lines = set(vocabulary.read_text(encoding="utf-8", errors="replace").split("\n"))
    return {"[CLS]", "[SEP]", "[UNK]"} <= {line.rstrip("\r") for line in lines}


def absent_of_tokenizer(folder: Path) -> str:
    """Which file of a tokenizer that does not load is not in `folder`, in words, "" if they are there."""
    names = ("tokenizer.json", "tokenizer_config.json")
    absent = next((name for name in names if not (folder / name).exists()), "")
    if not absent:
        return ""
    others = sorted({path.name for pattern in _OF_TOKENIZERS for path in folder.glob(pattern)})
    return f"expected {absent}, found {', '.join(others) or 'no file of a tokenizer'}; fetch the model again"


def weights(folder: Path) -> list[Path]:
    """The safetensors files of a model folder, in order. Raises `SourceError` where there are none, or not all of them,
    and where an adapter, whose weights are changes to another model's, lies beside them."""
    if (folder / WEIGHTS).is_file():
        files = [folder / WEIGHTS]
    elif (folder / INDEX).exists():
        files = _shards(folder)
    else:
        raise _no_weights(folder)
    if (folder / ADAPTER).exists():
        raise SourceError(
            f"{folder} holds a whole model and an adapter ({ADAPTER}), which changes a model: it cannot be told "
            "whether these weights have it; merge it into that model (merge_and_unload() of peft), or move it elsewhere"
        )
    placeholders.refuse(files)
    return files


def all_weights(folder: Path) -> list[Path]:
    """`weights`, and where shards and their whole index lie beside a single file, these as well."""
    files = weights(folder)
    if files[0].name != WEIGHTS or not (folder / INDEX).is_file():
        return files
    try:
        return [*files, *_shards(folder)]
    except SourceError:
        return files  # what is left of other weights, which nobody reads


def _no_weights(folder: Path) -> SourceError:
    if (folder / ADAPTER).exists():
        return SourceError(
            f"{folder} holds an adapter alone ({ADAPTER}); give the folder itself, which is merged into its model"
        )
    pickles = [path.name for pattern in _PICKLES for path in folder.glob(pattern) if path.name not in _OF_TRAINERS]
    if pickles:
        return no_pickle(str(folder), pickles)
    others = sorted(path.name for path in folder.glob("*.safetensors") if path.is_file())
    if others:
        wanted = INDEX if any("-of-" in name for name in others) else WEIGHTS
        shown = ", ".join(others[:3])
        return SourceError(
            f"{folder} is incomplete: expected {wanted}, found {shown}; fetch the model again, or rename"
        )
    for kind, patterns in _FOREIGN.items():
        foreign = sorted(str(path.relative_to(folder)) for pattern in patterns for path in folder.glob(pattern))
        if foreign:
            return SourceError(
                f"{folder} has its weights only for {kind} ({', '.join(foreign[:3])}); a copy for PyTorch is needed: "
                f"choose a model or revision with {WEIGHTS}, or save it as one with save_pretrained() of transformers"
            )
    return SourceError(f"{folder} holds no weights: expected {WEIGHTS}; fetch the model again")


def _shards(folder: Path) -> list[Path]:
    names = sorted(set(read(folder / INDEX, Index, SourceError, _REMEDY).weight_map.values()))
    outside = [name for name in names if Path(name).name != name or not name.endswith(".safetensors")]
    if outside:
        raise SourceError(f"{folder / INDEX} names {outside[0]!r}; expected safetensors files of its own folder")
    absent = [name for name in names if not (folder / name).is_file()]
    if absent:
        raise SourceError(f"{folder} is incomplete: {', '.join(absent)} is missing; fetch the model again")
    return [folder / name for name in names]


def no_pickle(where: str, files: list[str]) -> SourceError:
    """The error for a model which exists as pickle only."""
    return SourceError(
        f"{where} has its weights only as pickle ({', '.join(sorted(files)[:3])}), which can run code when opened "
        "and is never loaded here; choose a revision with model.safetensors, or convert it on a machine you trust "
        "with save_pretrained() of transformers"
    )


def code_refused(folder: Path) -> SourceError:
    """The error for a model that cannot be loaded without running Python code that lies beside it."""
    return SourceError(
        f"the model in {folder} brings its own Python code, which is not run; read it, and if you trust it allow it "
        "with --trust-remote-code"
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


def part(path: Path, schema: type[R]) -> R:
    """What the file `path` says, or the defaults of `schema` where there is none. Raises `SourceError` where it is
    damaged."""
    return read(path, schema, SourceError, _REMEDY) if path.exists() else schema()


def _has_weights(folder: Path) -> bool:
    return (folder / WEIGHTS).is_file() or (folder / INDEX).is_file() or any(folder.glob("*.bin"))
