"""Whether weights, tokenizer and config.json of a folder belong together: what loads need not be whole."""

import re
from collections.abc import Collection, Iterator, Sequence, Set
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from transferkit.errors import SourceError
from transferkit.sources import layout

_FLOATS = ("F16", "BF16", "F32", "F64")
_LAYER = re.compile(r"\.\d+\.")
_MAY_BE_EVEN = re.compile(r"token_type|bias$|scale$")
_FEWEST_WORDS = 2
_FEWEST_OF_ROWS, _MANY_ROWS = 0.5, 1_000  # tokens per embedding: rows of reserve are common, but not more than words
_SHOWN = 3


def require_body(model: Any, body: Set[str], made: Collection[str], folder: Path) -> None:
    """Raise `SourceError` where one of `made`, the parameters of `model` that its files do not have, is in `body`, the
    names of those that are asked; a pooler may be absent as a whole, and some parameters are computed."""
    poolers = {name for name in body if "pooler" in name}
    absent = poolers if poolers <= set(made) else set()
    lacking = sorted(name for name in made if name in body - absent and not _computed(model, name))
    if lacking:
        shape = dict(model.named_parameters())[lacking[0]].shape
        wanted, found = size(shape), _held(lacking[0], tuple(shape), folder, f"{model.base_model_prefix}.")
        raise SourceError(
            f"the weights in {folder} are not those that config.json describes: {listed(lacking)} of that size are not "
            f"there (of the first expected {wanted}, found {found}); fetch the model again, or save it with "
            "save_pretrained() of transformers"
        )


def _held(name: str, wanted: tuple[int, ...], folder: Path, prefix: str) -> str:
    """What the files of `folder` have under the parameter's name instead of the size `wanted`, in words."""
    names = (name, name.removeprefix(prefix), f"{prefix}{name}")
    held = [tuple(shape) for key, (_, shape) in _tensors(layout.weights(folder)) if key in names]
    others = [shape for shape in held if shape != wanted]
    if held and not others:
        return "it under a name that transformers does not look for"
    return size(others[0]) if others else "none of that name"


def size(shape: Sequence[int]) -> str:
    """A shape in words."""
    return " x ".join(map(str, shape)) or "1"


def _tensors(files: Sequence[Path]) -> Iterator[tuple[str, tuple[str, Sequence[int]]]]:
    """Name, type and size of every tensor in `files`; of the weights themselves nothing is read."""
    for path in files:
        with safe_open(path, framework="pt") as file:
            for name in file.keys():  # noqa: SIM118 (not a mapping)
                part = file.get_slice(name)
                yield name, (str(part.get_dtype()), part.get_shape())


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
    more = [n for n in of_layers if {_LAYER.sub(".0.", name) for name in (n, n.removeprefix(prefix))} & known]
    if more:
        raise SourceError(f"the weights in {folder} have more layers than config.json says: {listed(more)}")


def require_numbers(model: Any, folder: Path) -> None:
    """Raise `SourceError` where a weight of `model` is NaN or infinite."""
    for name, parameter in model.named_parameters():
        # A sum is quick to take and shows each of them; only that of huge numbers may overflow by itself.
        total = parameter.detach().float().sum()
        if not torch.isfinite(total) and not torch.isfinite(parameter).all():
            raise SourceError(f"the weights in {folder} are damaged: {name} has numbers that are NaN or infinite")


def require_content(model: Any, body: Collection[str], folder: Path) -> None:
    """Raise `SourceError` where a matrix of `body`, names of parameters of `model`, is one number throughout: zero is
    room for a file that was not fetched to its end. Biases and scales may be, and segments in models that know of none.
    """
    for name, parameter in model.named_parameters():
        matrix = parameter.ndim == 2 and min(parameter.shape) > 1 and name in body and not _MAY_BE_EVEN.search(name)
        if matrix and torch.equal(parameter[-1], parameter[0]) and (parameter == parameter[0, 0]).all():
            value = parameter[0, 0].item()
            said = f"{value:g}" if value else "zero"
            raise SourceError(
                f"the weights in {folder} are damaged: {name} is {said} throughout; fetch the model again"
            )


def require_floats(model: Any, files: Sequence[Path]) -> None:
    """Raise `SourceError` where one of the weights `files` has a parameter of `model` as whole numbers, or as numbers
    that mean nothing without scales beside them: a loader would take them as they are."""
    names, prefix = {name for name, _ in model.named_parameters()}, f"{getattr(model, 'base_model_prefix', '')}."
    for name, (kind, _) in _tensors(files):
        if kind not in _FLOATS and {name, name.removeprefix(prefix), f"{prefix}{name}"} & names:
            raise SourceError(
                f"{files[0].parent} is damaged or quantised: expected {name} in floating point, found {kind}; take "
                "the model as it was before it was quantised"
            )


def require_words(tokenizer: Any, folder: Path) -> None:
    """Raise `SourceError` where `tokenizer` knows next to nothing but its special tokens."""
    known = words_of(tokenizer)
    if known < _FEWEST_WORDS:
        raise SourceError(
            f"the tokenizer in {folder} has no vocabulary (its special tokens and {known} more): its files, "
            f"{_looked_for(tokenizer)}, are missing or damaged; fetch the model again"
        )


def words_of(tokenizer: Any) -> int:
    """How many tokens it knows besides special ones."""
    special = {*tokenizer.all_special_ids, *(i for i, token in tokenizer.added_tokens_decoder.items() if token.special)}
    return len(tokenizer) - len(special)


def _looked_for(tokenizer: Any) -> str:
    """The files that such a tokenizer is read from."""
    named = getattr(type(tokenizer), "vocab_files_names", None) or {}
    return " or ".join(dict.fromkeys(("tokenizer.json", *(file for file in named.values() if isinstance(file, str)))))


def require_room(tokenizer: Any, model: Any, folder: Path) -> int:
    """How many embeddings `model` has, 0 where it has no such table.

    Raises `SourceError` where `tokenizer` gives numbers that `model` has no embedding for, or knows less than half of
    those that it has: it is another model's. A special token other than for padding may have no embedding, as long as
    no text is read with it.
    """
    try:
        rows = int(model.get_input_embeddings().weight.shape[0])
    except (AttributeError, NotImplementedError):
        return 0  # code of its own, or signs hashed into buckets
    special = {*tokenizer.all_special_ids, *(i for i, token in tokenizer.added_tokens_decoder.items() if token.special)}
    used = [number for number in tokenizer.get_vocab().values() if number not in special]
    used += [tokenizer.pad_token_id or 0, *tokenizer("a")["input_ids"]]
    if max(used) >= rows:
        raise SourceError(
            f"tokenizer and model in {folder} do not belong together: the tokenizer has {max(used) + 1:,} "
            f"tokens, the model has {rows:,} embeddings; take the tokenizer that came with these weights"
        )
    if len(used) < _FEWEST_OF_ROWS * rows and rows >= _MANY_ROWS:
        raise SourceError(
            f"tokenizer and model in {folder} do not belong together: the tokenizer ({_looked_for(tokenizer)}) knows "
            f"{len(used):,} tokens, the model has {rows:,} embeddings; take the tokenizer that came with these weights"
        )
    return rows


def listed(names: Collection[str]) -> str:
    """The first few of `names`."""
    shown = sorted(names)[:_SHOWN]
    return ", ".join(shown) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
