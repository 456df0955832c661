"""A folder with an adapter alone, as PEFT and `lora` write it: merged once into the model that it changes.

Low-rank updates (LoRA, Hu et al. 2022) are added to the weights: W + B A * scale, where scale is alpha / rank, or
alpha / sqrt(rank) where they are rank-stabilised (Kalajdzievski 2023). Other kinds of adapters are refused by name.
"""

import hashlib
import logging
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from transferkit.errors import SourceError
from transferkit.sources import adapter_targets, fingerprint, layout, placeholders, store
from transferkit.sources.one_sentence import explaining

log = logging.getLogger("transferkit")

WEIGHTS = "adapter_model.safetensors"
_MERGE = "merge it with merge_and_unload() of peft and give the folder with the result"
_PREFIX = "base_model.model."
_UPDATE = re.compile(r"(?P<module>.+)\.lora_(?P<embedding>embedding_)?(?P<half>[AB])(\.weight)?")
_MATRIX = 2  # dimensions
_CHECKS = "whole"  # what was merged before halves of adapters were refused is merged anew
_PLAIN_STARTS = (None, True, False, "gaussian", "orthogonal", "eva")
_HEADS = ("SEQ_CLS", "TOKEN_CLS", "QUESTION_ANS", "FEATURE_EXTRACTION")
_OF_TOKENIZERS = ("tokenizer*", "vocab*", "merges.txt", "special_tokens_map.json", "added_tokens.json", "*.model")


class Settings(adapter_targets.Targets):
    """What is read of adapter_config.json."""

    peft_type: str = ""
    task_type: str | None = None
    base_model_name_or_path: str | None = None
    revision: str | None = None
    lora_alpha: float = 8
    use_rslora: bool = False
    use_dora: bool = False
    lora_bias: bool = False
    fan_in_fan_out: bool = False
    alpha_pattern: dict[str, float] | None = None
    init_lora_weights: bool | str | None = True
    layer_replication: tuple[tuple[int, int], ...] | None = None

    @property
    def unknown(self) -> str:
        """What of it goes beyond low-rank updates, "" if nothing does."""
        if self.peft_type != "LORA":
            return self.peft_type or "an adapter of no kind (peft_type)"
        if self.init_lora_weights not in _PLAIN_STARTS:
            return f"LoRA that changes its model too (init_lora_weights {self.init_lora_weights!r})"
        odd = {"DoRA": self.use_dora, "LoRA with biases (lora_bias)": self.lora_bias}
        odd["LoRA with repeated layers (layer_replication)"] = bool(self.layer_replication)
        return next((name for name, there in odd.items() if there), "")


def settings(folder: Path) -> Settings:
    """What `folder` says of its adapter. Raises `SourceError` where it is damaged or cannot be merged."""
    placeholders.refuse([folder / layout.ADAPTER])
    said = layout.part(folder / layout.ADAPTER, Settings)
    if said.unknown:
        raise SourceError(f"{folder}: expected low-rank updates (LORA), found {said.unknown}; {_MERGE}")
    return said


def base_folder(folder: Path) -> Path | None:
    """The folder of the model that an adapter in `folder` changes, if it holds one and that is on this machine."""
    if not layout.is_adapter(folder):
        return None
    base = settings(folder).base_model_name_or_path
    path = Path(base).expanduser() if base else None
    return path if path is not None and path.is_dir() else None


def merged(folder: Path, base: Path, cache_dir: Path) -> Path:
    """The folder in the cache with the model in `base`, a whole model folder, changed by the adapter in `folder`.

    The tokenizer is the adapter's, where it has one. Raises `SourceError` where they do not belong together.
    """
    said, file = settings(folder), _file(folder)
    body = layout.encoder_folder(base)
    weights = layout.weights(body)
    parts = [_CHECKS, fingerprint.of_model(body, fingerprint.of_weights(weights, cache_dir))]
    parts += [fingerprint.of_content(path) for path in (file, folder / layout.ADAPTER, *_tokenizer_of(folder))]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    key = f"{re.sub(r'[^A-Za-z0-9.-]', '_', folder.name)}-{digest[:12]}"
    needed = 2 * sum(path.stat().st_size for path in weights)

    def build(scratch: Path) -> Path:
        into = scratch / "model"
        shutil.copytree(base, into, ignore=lambda place, names: _unused(Path(place), names, body))
        inner = into / body.relative_to(base)
        for path in _tokenizer_of(folder):
            shutil.copyfile(path, inner / path.name)
        _write(weights, inner, said, _updates(file), folder)
        return into

    return store.publish(cache_dir, key, needed, build)


def _file(folder: Path) -> Path:
    file = folder / WEIGHTS
    if not file.is_file():
        pickles = [path.name for path in folder.glob("adapter_model.*")]
        if pickles:
            raise layout.no_pickle(str(folder), pickles)
        raise SourceError(f"{folder} is incomplete: expected {WEIGHTS} beside {layout.ADAPTER}; fetch it again")
    placeholders.refuse([file])
    return file


def _tokenizer_of(folder: Path) -> list[Path]:
    """The files of a tokenizer in `folder`, if there is a whole one."""
    files = {path for pattern in _OF_TOKENIZERS for path in folder.glob(pattern) if path.is_file()}
    whole = any(path.stem != "tokenizer_config" and path.name.startswith(("tokenizer", "vocab")) for path in files)
    return sorted(files) if whole else []


def _unused(place: Path, names: list[str], body: Path) -> list[str]:
    """What is not copied with the base: weights, which are written anew, and folders of other formats."""
    kept = (".json", ".txt", ".jinja", ".model", ".spm", ".py", ".md", ".codes")
    return [
        name
        for name in names
        if (place / name).is_file() and (not name.endswith(kept) or (place == body and name == layout.INDEX))
    ]


@dataclass(frozen=True)
class _Updates:
    """Low-rank updates by the module they are of, (A, B, whether of embeddings), and weights that take the place of the
    base's."""

    low_rank: Mapping[str, tuple[Tensor, Tensor, bool]]
    whole: Mapping[str, Tensor]


def _updates(file: Path) -> _Updates:
    try:
        tensors = load_file(file)
    except (SafetensorError, OSError) as error:
        raise SourceError(f"{file} is not an intact safetensors file ({error}); fetch it again") from None
    halves: dict[str, dict[str, Tensor]] = {}
    embeddings, whole = set(), {}
    for name, tensor in tensors.items():
        plain = name.removeprefix(_PREFIX)
        if match := _UPDATE.fullmatch(plain):
            halves.setdefault(match["module"], {})[match["half"]] = tensor
            if match["embedding"]:
                embeddings.add(match["module"])
        elif "lora_" in plain:
            raise SourceError(f"{file} holds {name}, which is no plain low-rank update; {_MERGE}")
        else:
            whole[plain.replace(".modules_to_save.", ".").replace(".base_layer.", ".")] = tensor
    if not halves:
        raise SourceError(f"{file}: expected low-rank updates (lora_A and lora_B), found none; fetch it again")
    for module, pair in halves.items():
        if set(pair) != {"A", "B"}:
            raise SourceError(f"{file}: expected lora_A and lora_B of {module}, found one of them; fetch it again")
    return _Updates({m: (pair["A"], pair["B"], m in embeddings) for m, pair in halves.items()}, whole)


def _write(weights: list[Path], into: Path, said: Settings, updates: _Updates, folder: Path) -> None:
    """The weights files of the base with the updates in them, of the same names, into the folder `into`."""
    held = {name: size for path in weights for name, size in _sizes(path).items()}
    adapter_targets.require_ranks(said, {name: pair[0].shape[0] for name, pair in updates.low_rank.items()}, folder)
    places = dict(_places(updates, held, said, folder))
    matrices = {name.removesuffix(".weight") for name, size in held.items() if size == _MATRIX}
    updated = {name.removesuffix(".weight"): what for name, what in places.items() if what in updates.low_rank}
    adapter_targets.require_all(said, updated, matrices, folder)
    for path in weights:
        tensors = load_file(path)
        for name in tensors.keys() & places.keys():
            tensors[name] = _changed(tensors[name], places[name], said, updates, folder)
        save_file(tensors, into / path.name, {"format": "pt"})
    index = weights[0].parent / layout.INDEX
    if index.exists() and weights[0].name != layout.WEIGHTS:
        shutil.copyfile(index, into / layout.INDEX)


def _sizes(path: Path) -> dict[str, int]:
    """How many dimensions every tensor of `path` has."""
    with explaining(f"{path} is not an intact safetensors file", SourceError), safe_open(path, framework="pt") as file:
        return {name: len(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 (not a mapping)


def _places(updates: _Updates, held: Collection[str], said: Settings, folder: Path) -> Iterator[tuple[str, str]]:
    """(name of a tensor of the base, what of the adapter is for it)."""
    of_a_head = said.task_type in _HEADS
    fitting = {module.partition(".")[0] for module in updates.low_rank if len(_same(f"{module}.weight", held)) == 1}
    for module in updates.low_rank:
        if of_a_head and fitting and module.partition(".")[0] not in fitting:
            log.info("%s: %s is of its own head and is left out: a new one is trained", folder, module)
        else:
            yield _known(f"{module}.weight", held, folder), module
    for name in updates.whole:
        matches = _same(name, held)
        if len(matches) == 1:
            yield matches[0], name
        elif not of_a_head:
            raise SourceError(f"the adapter in {folder} has {name}, which its model has not; {_MERGE}")
        else:
            log.info("%s: %s is of its own head and is left out: a new one is trained", folder, name)


def _known(name: str, held: Collection[str], folder: Path) -> str:
    matches = _same(name, held)
    if len(matches) != 1:
        raise SourceError(
            f"the adapter in {folder} does not fit its model: expected {name} there, found "
            f"{'several of that name' if matches else 'none'}; name its own in base_model_name_or_path of its "
            f"{layout.ADAPTER}"
        )
    return matches[0]


def _same(name: str, held: Collection[str]) -> list[str]:
    """The tensors that are called `name`, with or without the prefix that a model with a head has for its body."""
    if name in held:
        return [name]
    shorter = name.partition(".")[2]
    return [shorter] if shorter in held else [other for other in held if other.endswith(f".{name}")]


def _changed(tensor: Tensor, what: str, said: Settings, updates: _Updates, folder: Path) -> Tensor:
    if what in updates.whole:
        change = updates.whole[what]
        _require_size(tensor, change, what, folder)
        return change.to(tensor.dtype).contiguous()
    a, b, of_embeddings = updates.low_rank[what]
    if a.ndim != 2 or b.ndim != 2 or a.shape[0] != b.shape[1]:
        raise SourceError(f"the adapter in {folder} has no matrices for {what}; {_MERGE}")
    rank, alpha = a.shape[0], _alpha(what, said)
    change = (b.float() @ a.float()) * (alpha / (rank**0.5 if said.use_rslora else rank))
    if of_embeddings or said.fan_in_fan_out:
        change = change.T
    _require_size(tensor, change, what, folder)
    return (tensor.float() + change).to(tensor.dtype).contiguous()


def _alpha(module: str, said: Settings) -> float:
    """PEFT's rule: a key of `alpha_pattern` is a module's name, or the end of it, as a pattern."""
    for pattern, alpha in (said.alpha_pattern or {}).items():
        if re.fullmatch(rf"(.*\.)?({pattern})", module):
            return alpha
    return said.lora_alpha


def _require_size(tensor: Tensor, change: Tensor, what: str, folder: Path) -> None:
    if tensor.shape != change.shape:
        wanted, found = (" x ".join(map(str, value.shape)) for value in (tensor, change))
        raise SourceError(
            f"the adapter in {folder} does not fit its model: expected {what} of {wanted}, found {found}; name its own "
            f"in base_model_name_or_path of {layout.ADAPTER}"
        )
