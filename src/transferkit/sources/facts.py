"""Facts of a model folder, from its configuration and the headers of its weights; no weights are read."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from transformers import AutoConfig
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
)

from transferkit.errors import SourceError
from transferkit.sources import layout
from transferkit.sources.hush import hushed

ENCODER, DECODER, ENCODER_DECODER = "encoder", "decoder", "encoder-decoder"

_LONGEST = 131_072  # tokens; more is a placeholder for "no limit"
_UNSTATED = 512
# Their first positions are taken: padding index + 1 of them.
_OFFSET_POSITIONS = {"roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "xlm-roberta-xl", "ibert"}


@dataclass(frozen=True)
class Facts:
    """What config.json and the weights' headers say. `max_length` and `positions` are in
    tokens: what texts are cut at, and what the model could read."""

    architecture: str
    parameters: int
    layers: int
    width: int
    vocabulary: int
    max_length: int
    positions: int


def read(folder: Path, trust_remote_code: bool, stated_length: int | None = None) -> Facts:
    """The facts of the model in `folder`; `stated_length` goes before the length its files give, if shorter.

    Raises `SourceError` for a damaged or unknown model.
    """
    config = _config(folder, trust_remote_code)
    text = config.get_text_config()
    return Facts(
        architecture=_architecture(config),
        parameters=sum(_count(path) for path in layout.weights(folder)),
        layers=int(getattr(text, "num_hidden_layers", 0) or 0),
        width=int(getattr(text, "hidden_size", 0) or 0),
        vocabulary=int(getattr(text, "vocab_size", 0) or 0),
        max_length=_max_length(text, folder, stated_length),
        positions=int(min(_positions(text), _LONGEST)),
    )


def _config(folder: Path, trust_remote_code: bool) -> Any:
    declared = layout.read_json(folder / "config.json", {})
    try:
        with hushed():
            return AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code, local_files_only=True)
    except Exception as error:
        if isinstance(declared, dict) and "auto_map" in declared and not trust_remote_code:
            raise SourceError(
                f"the model in {folder} brings its own Python code, which is not run; read it, and if you trust it "
                "allow it with --trust-remote-code"
            ) from None
        raise SourceError(f"{folder / 'config.json'} does not describe a model transformers knows: {error}") from None


def _architecture(config: Any) -> str:
    if getattr(config, "is_encoder_decoder", False):
        return ENCODER_DECODER
    kind = config.model_type
    only_causal = kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES and kind not in MODEL_FOR_MASKED_LM_MAPPING_NAMES
    declared = any("CausalLM" in name for name in config.architectures or ())
    return DECODER if only_causal or declared or getattr(config, "is_decoder", False) else ENCODER


def _count(path: Path) -> int:
    """Floating-point parameters in one safetensors file."""
    try:
        with safe_open(path, framework="pt") as file:
            slices = [file.get_slice(name) for name in file.keys()]  # noqa: SIM118 (not a mapping)
            return sum(math.prod(part.get_shape()) for part in slices if "F" in part.get_dtype())
    except (SafetensorError, OSError) as error:
        raise SourceError(
            f"{path} is not an intact safetensors file ({error}); delete it and fetch the model again"
        ) from None


def _max_length(config: Any, folder: Path, stated: int | None) -> int:
    positions = _positions(config)
    by_tokenizer = layout.read_json(folder / "tokenizer_config.json", {}).get("model_max_length") or math.inf
    longest = min(positions, stated or by_tokenizer)
    if longest > _LONGEST and positions is math.inf:
        return _UNSTATED
    return int(min(longest, _LONGEST))


def _positions(config: Any) -> float:
    positions: float = getattr(config, "max_position_embeddings", None) or math.inf
    if config.model_type in _OFFSET_POSITIONS:
        positions -= (config.pad_token_id if config.pad_token_id is not None else 1) + 1
    return positions
