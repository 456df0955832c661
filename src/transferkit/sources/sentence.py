"""What a sentence-transformers folder says beyond the model itself: pooling, normalisation, prompts, length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from transferkit.errors import SourceError, one_of
from transferkit.record import Record
from transferkit.sources import layout

_TRANSFORMER = "Transformer"
POOLINGS = ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")

# Up to version 5 a switch per pooling, in the order in which several are concatenated.
_SWITCHES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


def require_known(pooling: str | None) -> str | None:
    """`pooling`, which is one of `POOLINGS`, several of them joined by "+", or none. Raises `ValueError`."""
    if pooling and not set(pooling.split("+")) <= set(POOLINGS):
        raise ValueError(f"expected {', '.join(POOLINGS)}, or several of them joined by +")
    return pooling


class PoolingFile(Record):
    """What 1_Pooling/config.json holds: a `pooling_mode` or several, or a switch for each."""

    pooling_mode: str | tuple[str, ...] | None = None
    pooling_mode_cls_token: bool = False
    pooling_mode_max_tokens: bool = False
    pooling_mode_mean_tokens: bool = False
    pooling_mode_mean_sqrt_len_tokens: bool = False
    pooling_mode_weightedmean_tokens: bool = False
    pooling_mode_lasttoken: bool = False
    include_prompt: bool = True


class TransformerFile(Record):
    """What sentence_bert_config.json holds."""

    max_seq_length: int | None = Field(None, ge=1)
    do_lower_case: bool = False


class OwnFile(Record):
    """What is read of transferkit.json where a model that was trained here is the start of another."""

    prompt: str = ""
    pooling: str | None = None


class PromptFile(Record):
    """What config_sentence_transformers.json holds."""

    prompts: dict[str, str | None] | None = None
    default_prompt_name: str | None = None


@dataclass(frozen=True)
class Sentence:
    """Facts of a sentence-transformers folder; the defaults stand for a plain model.

    `pooling` is one of `POOLINGS`, or several joined by "+" which are to be concatenated; None if not stated.
    `max_length` is in tokens. `prompt` is the default one of `prompts`, which are by name. `ignored` says what the
    folder asks for and transferkit does not do.
    """

    pooling: str | None = None
    normalize: bool = False
    prompt: str = ""
    max_length: int | None = None
    lowercase: bool = False
    ignored: tuple[str, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)


def read(folder: Path) -> Sentence:
    """The facts of `folder`, from modules.json and the files beside it, or for a model that was trained here, from what
    says how it was. Raises `SourceError` for damaged ones."""
    modules = layout.modules(folder)
    if not modules:
        own = layout.part(folder / layout.OWN, OwnFile)
        return Sentence(prompt=own.prompt, pooling=own.pooling)
    places = {module.kind: module.path for module in modules}
    _require_transformer(modules, folder)
    pooling = _pooling_file(folder / places["Pooling"] / "config.json") if "Pooling" in places else None
    transformer = layout.part(layout.encoder_folder(folder) / "sentence_bert_config.json", TransformerFile)
    prompts = layout.part(folder / "config_sentence_transformers.json", PromptFile)
    prompt = _prompt(prompts, folder)
    ignored = _not_applied([module.kind for module in modules[1:]])
    if prompt and pooling and not pooling.include_prompt:
        ignored.append("leaving the prompt's tokens out of the pooling")
    return Sentence(
        pooling=_pooling(pooling, folder) if pooling else None,
        normalize="Normalize" in places,
        prompt=prompt,
        max_length=transformer.max_seq_length,
        lowercase=transformer.do_lower_case,
        ignored=tuple(ignored),
        prompts={name: text for name, text in (prompts.prompts or {}).items() if text},
    )


def _require_transformer(modules: Sequence[layout.Module], folder: Path) -> None:
    """Raise `SourceError` where texts are not read by a Transformer first, or where it is not in its place."""
    first = modules[0]
    if _TRANSFORMER not in first.kind:
        raise SourceError(
            f"{folder / 'modules.json'}: expected a {_TRANSFORMER} as the first module, found {first.kind}; such a "
            "model cannot be read here, take another, or correct the file"
        )
    if not (folder / first.path).is_dir():
        raise SourceError(
            f"{folder / 'modules.json'}: expected the folder {first.path} with the {_TRANSFORMER}, found none; fetch "
            "the model again"
        )


def _not_applied(kinds: Sequence[str]) -> list[str]:
    """The modules among `kinds`, in their order, that texts do not pass through here, in words."""
    pooled = kinds.index("Pooling") if "Pooling" in kinds else 0
    return [
        f"{kind} {'before' if i < pooled else 'after'} the pooling"
        for i, kind in enumerate(kinds)
        if kind not in ("Pooling", "Normalize")
    ]


def _pooling_file(path: Path) -> PoolingFile:
    if not path.exists():
        raise SourceError(f"{path}: expected the pooling that modules.json names, found no such file; fetch it again")
    return layout.part(path, PoolingFile)


def _pooling(said: PoolingFile, folder: Path) -> str:
    stated = said.pooling_mode
    if stated is None:
        modes = [mode for switch, mode in _SWITCHES.items() if getattr(said, switch)]
        if not modes and "pooling_mode_mean_tokens" not in said.model_fields_set:
            modes = ["mean"]
    else:
        modes = [stated] if isinstance(stated, str) else list(stated)
    unknown = [mode for mode in modes if mode not in POOLINGS]
    if unknown or not modes:
        nothing = "of no name" if stated is not None else "of no kind: every mode is switched off"
        found = repr(unknown[0]) if unknown else nothing
        raise SourceError(f"{folder} asks for the pooling {found}; expected {one_of(POOLINGS)}")
    return "+".join(modes)


def _prompt(said: PromptFile, folder: Path) -> str:
    name, prompts = said.default_prompt_name, said.prompts or {}
    if name and name not in prompts:
        raise SourceError(
            f"{folder / 'config_sentence_transformers.json'}: expected one of the prompts "
            f"({', '.join(prompts) or 'there are none'}) as default_prompt_name, found {name!r}; correct the file"
        )
    return prompts.get(name or "", "") or ""
