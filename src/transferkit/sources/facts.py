"""Facts of a model folder, from its configuration and the headers of its weights; no weights are read."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field
from safetensors import SafetensorError, safe_open
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
)

from transferkit.errors import SourceError
from transferkit.record import Record
from transferkit.sources import layout, load_model
from transferkit.sources.one_sentence import explaining

ENCODER, DECODER, ENCODER_DECODER = "encoder", "decoder", "encoder-decoder"

_LONGEST = 131_072  # tokens; more is a placeholder for "no limit"
_UNSTATED = 512
# Their first positions are taken: padding index + 1 of them.
_OFFSET_POSITIONS = {"roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "xlm-roberta-xl", "ibert"}


class TokenizerFile(Record):
    """What is read of tokenizer_config.json: the most tokens of a text, 1e30 where there is no limit, and what models
    are given, which some versions of transformers do not look at before they use it."""

    model_max_length: float | None = Field(None, gt=0)
    model_input_names: tuple[str, ...] | None = None


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
    config: Any = load_model.configuration(folder, trust_remote_code)
    text = config.get_text_config()
    with explaining(f"{folder / 'config.json'} does not describe a model of texts", SourceError):
        return Facts(
            architecture=architecture(config),
            parameters=sum(_count(path) for path in layout.weights(folder)),
            layers=_number(text, "num_hidden_layers"),
            width=_number(text, "hidden_size"),
            vocabulary=_number(text, "vocab_size"),
            max_length=_max_length(text, folder, stated_length),
            positions=int(min(_positions(text), _LONGEST)),
        )


def _number(config: Any, name: str) -> int:
    value = getattr(config, name, None)
    if value is None:
        return 0
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}: expected a number above 0, found {value!r}")
    return value


def architecture(config: Any) -> str:
    """Encoder, decoder or both, by what a configuration says."""
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
    by_tokenizer = layout.part(folder / "tokenizer_config.json", TokenizerFile).model_max_length or math.inf
    if (folder / layout.OWN).exists():
        by_tokenizer = math.inf  # it was trained with that here: more can be learned
    longest = min(positions, stated or by_tokenizer)
    if longest > _LONGEST and positions is math.inf:
        return _UNSTATED
    return int(min(longest, _LONGEST))


def _positions(config: Any) -> float:
    if getattr(config, "max_position_embeddings", None) == -1:  # XLNet's word for any number
        return math.inf
    positions: float = _number(config, "max_position_embeddings") or math.inf
    if config.model_type in _OFFSET_POSITIONS:
        positions -= (config.pad_token_id if config.pad_token_id is not None else 1) + 1
    if positions < 1:
        raise ValueError(f"max_position_embeddings: expected room for a text, found {positions}")
    return positions
