"""Whether weights, tokenizer and config.json of a folder belong together: what loads need not be whole."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from transferkit.errors import SourceError

_LAYER = re.compile(r"\.\d+\.")
_FEWEST_WORDS = 2
_SHOWN = 3


def require_body(model: Any, body: Collection[str], made: Collection[str], folder: Path) -> None:
    """Raise `SourceError` where one of `made`, the parameters of `model` that its files do not have, is in `body`, the
    names of those that are asked; a pooler is no part of what was pretrained, and some parameters are computed."""
    lacking = [name for name in made if name in body and "pooler" not in name and not _computed(model, name)]
    if lacking:
        raise SourceError(
            f"the weights in {folder} are not those that config.json describes: {listed(lacking)} of that size "
            "are not there; fetch the model again"
        )


def _computed(model: Any, name: str) -> bool:
    """Whether parameter `name` of `model` need not be in its files, as positions of sines are not. Transformers knows
    that by the names which models with a head have for it."""
    known = getattr(model, "_keys_to_ignore_on_load_missing", None) or ()
    return any(re.search(pattern, f"{model.base_model_prefix}.{name}") for pattern in known)


def require_no_more_layers(model: Any, unexpected: Collection[str], folder: Path) -> None:
    """Raise `SourceError` where the files have `unexpected` weights of layers that `model` has fewer of."""
    known = {_LAYER.sub(".0.", name) for name, _ in model.named_parameters()}
    prefix = f"{getattr(model, 'base_model_prefix', '')}."
    of_layers = [name for name in unexpected if _LAYER.search(name)]
    more = [n for n in of_layers if {_LAYER.sub(".0.", each) for each in (n, n.removeprefix(prefix))} & known]
    if more:
        raise SourceError(f"the weights in {folder} have more layers than config.json says: {listed(more)}")


def require_numbers(model: Any, folder: Path) -> None:
    """Raise `SourceError` where a weight of `model` is NaN or infinite."""
    for name, parameter in model.named_parameters():
        # A sum is quick to take and shows each of them; only that of huge numbers may overflow by itself.
        total = parameter.detach().float().sum()
        if not torch.isfinite(total) and not torch.isfinite(parameter).all():
            raise SourceError(f"the weights in {folder} are damaged: {name} has numbers that are NaN or infinite")


def require_floats(model: Any, files: Sequence[Path]) -> None:
    """Raise `SourceError` where one of the weights `files` has a parameter of `model` as whole numbers, which a loader
    would take as they are."""
    names, prefix = {name for name, _ in model.named_parameters()}, f"{getattr(model, 'base_model_prefix', '')}."
    for path in files:
        with safe_open(path, framework="pt") as file:
            for name in file.keys():  # noqa: SIM118 (not a mapping)
                kind = str(file.get_slice(name).get_dtype())
                if "F" not in kind and {name, name.removeprefix(prefix), f"{prefix}{name}"} & names:
                    raise SourceError(f"{path} is damaged: expected {name} in floating point, found {kind}")


def require_words(tokenizer: Any, folder: Path) -> None:
    """Raise `SourceError` where `tokenizer` knows next to nothing but its special tokens."""
    known = len(tokenizer) - len(set(tokenizer.all_special_ids))
    if known < _FEWEST_WORDS:
        raise SourceError(
            f"the tokenizer in {folder} has no vocabulary (its special tokens and {known} more); its files are missing "
            "or damaged: fetch the model again"
        )


def require_room(tokenizer: Any, model: Any, folder: Path) -> None:
    """Raise `SourceError` where `tokenizer` gives numbers that `model` has no embedding for; a special token other than
    for padding may have one, as long as no text is read with it."""
    try:
        rows = int(model.get_input_embeddings().weight.shape[0])
    except (AttributeError, NotImplementedError):
        return  # code of its own
    special = {*tokenizer.all_special_ids, *(i for i, token in tokenizer.added_tokens_decoder.items() if token.special)}
    used = [number for number in tokenizer.get_vocab().values() if number not in special]
    used += [tokenizer.pad_token_id or 0, *tokenizer("a")["input_ids"]]
    if max(used) >= rows:
        raise SourceError(
            f"tokenizer and model in {folder} do not belong together: the tokenizer has tokens up to number "
            f"{max(used)}, the model has {rows} embeddings"
        )


def listed(names: Collection[str]) -> str:
    """The first few of `names`."""
    shown = sorted(names)[:_SHOWN]
    return ", ".join(shown) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
