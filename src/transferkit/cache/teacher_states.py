"""What a teacher says about rows, through the cache: soft labels, hidden states, attention."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from transferkit.arrays import Floats
from transferkit.cache.features import token_states
from transferkit.cache.spaces import Cache, Reader
from transferkit.encoding.examples import Examples, Lines, teacher_hidden
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import inputs_of, mask_of
from transferkit.progress import progress
from transferkit.sources.fingerprint import of_content

_ANSWERING = {".safetensors", ".json", ".txt", ".model", ".jinja"}
_ABOUT_TRAINING = "training.json"
_ADAPTER = "adapter"


def fingerprint(folder: Path) -> str:
    """Of all in an artifact's folder that its answers depend on: weights, configuration, tokenizer and facts, also
    those in folders below; not how it was trained, nor the adapter that is kept beside merged weights."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.rglob("*")):
        part = path.relative_to(folder)
        if path.suffix in _ANSWERING and path.is_file() and part.name != _ABOUT_TRAINING and part.parts[0] != _ADAPTER:
            digest.update(f"{part.as_posix()} {of_content(path)}\n".encode())
    return digest.hexdigest()


def hidden_states(
    model: nn.Module, source: Examples, depths: Sequence[int], cache: Cache, name: str
) -> Mapping[str, Lines]:
    """`teacher_hidden_DEPTH` for every depth, (tokens, width) per row."""
    found = token_states(model, source, depths, cache, name)
    return {teacher_hidden(depth): lines for depth, lines in found.items()}


def attentions(model: Any, source: Examples, depths: Sequence[int], cache: Cache, name: str) -> Mapping[str, Reader]:
    """`teacher_attention_DEPTH` for every depth, the mean over heads, (tokens * tokens,) per row."""
    model.set_attn_implementation("eager")
    signals, keys = {}, source.encoded.keys()
    for depth in sorted(set(depths)):
        compute = partial(_attention, model, source, depth)
        signals[f"teacher_attention_{depth}"] = cache.space("attention", depth, name).fetch(keys, compute)
    return signals


def _attention(model: Any, source: Examples, depth: int, positions: list[int]) -> Iterator[tuple[int, Floats]]:
    device = device_of(model)
    model.eval()
    with progress("reading the teacher's attention", len(positions)) as advance:

        def forward(batch: dict[str, Tensor]) -> list[Floats]:
            inputs = inputs_of(batch, device)
            weights = model(**inputs, output_attentions=True).attentions[depth - 1].mean(dim=1)
            kept = mask_of(inputs).bool()
            advance(len(weights))
            return [square[mask][:, mask].reshape(-1).cpu().numpy() for square, mask in zip(weights, kept, strict=True)]

        yield from batches(model, source, positions, forward)
