"""What a sentence-transformers folder says beyond the model itself: pooling, normalisation, prompts, length."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transferkit.errors import SourceError
from transferkit.sources import layout

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


@dataclass(frozen=True)
class Sentence:
    """Facts of a sentence-transformers folder; the defaults stand for a plain model.

    `pooling` is one of `POOLINGS`, or several joined by "+" which are to be concatenated; None if not stated.
    `max_length` is in tokens. `ignored` says what the folder asks for and transferkit does not do.
    """

    pooling: str | None = None
    normalize: bool = False
    prompt: str = ""
    max_length: int | None = None
    lowercase: bool = False
    ignored: tuple[str, ...] = ()


def read(folder: Path) -> Sentence:
    """The facts of `folder`, from modules.json and the files beside it."""
    modules = layout.modules(folder)
    if not modules:
        return Sentence()
    kinds = {str(module.get("type", "")).rsplit(".", 1)[-1]: module for module in modules}
    pooling = layout.read_json(folder / str(kinds.get("Pooling", {}).get("path", "")) / "config.json", {})
    transformer = layout.read_json(layout.encoder_folder(folder) / "sentence_bert_config.json", {})
    known = {"Transformer", "Pooling", "Normalize"}
    prompt = _prompt(layout.read_json(folder / "config_sentence_transformers.json", {}))
    ignored = [f"{kind} after the pooling" for kind in kinds if kind not in known]
    if prompt and "Pooling" in kinds and not pooling.get("include_prompt", True):
        ignored.append("leaving the prompt's tokens out of the pooling")
    return Sentence(
        pooling=_pooling(pooling, folder) if "Pooling" in kinds else None,
        normalize="Normalize" in kinds,
        prompt=prompt,
        max_length=transformer.get("max_seq_length"),
        lowercase=bool(transformer.get("do_lower_case", False)),
        ignored=tuple(ignored),
    )


def _pooling(config: dict[str, Any], folder: Path) -> str:
    stated = config.get("pooling_mode")
    if stated is None:
        modes = [mode for switch, mode in _SWITCHES.items() if config.get(switch, False)] or ["mean"]
    else:
        modes = [stated] if isinstance(stated, str) else [str(mode) for mode in stated]
    unknown = [mode for mode in modes if mode not in POOLINGS]
    if unknown:
        raise SourceError(f"{folder} asks for the pooling {unknown[0]!r}; there is {', '.join(POOLINGS)}")
    return "+".join(modes)


def _prompt(config: dict[str, Any]) -> str:
    name = config.get("default_prompt_name")
    return str((config.get("prompts") or {}).get(name, "")) if name else ""
