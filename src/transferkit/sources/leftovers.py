"""Weights that have no place in the model that config.json describes, although they lie inside of it: without them it
is another model (relative positions, biases of another kind, an adapter that was never merged, scales of numbers)."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from transferkit.errors import SourceError
from transferkit.sources import wholeness

_HARMLESS = re.compile(
    r"(^|\.)(\w+_ids|version|masked_bias|causal_mask|scale_attn|attn\.bias|attention\.bias|attn\.attention\.bias|inv_freq"
    r"|rotary\w*\..+|embed_positions\.weights?|_float_tensor|num_batches_tracked|relative_position_index)$"
)

_HEADS = re.compile(r"^(lm_head|classifier|score|qa_outputs|cls)\b|pooler")


def require_none(model: Any, unexpected: Collection[str], lacking: Collection[str], folder: Path) -> None:
    """Raise `SourceError` where one of `unexpected`, the weights in `folder` that `model` did not take, lies under a
    module of its body. Heads, poolers and buffers that older versions of transformers saved are left alone.

    Where a parameter of the body is among those `lacking`, nothing is said here: what lacks says more.
    """
    body = model.base_model
    modules = {name for name, module in body.named_modules() if name and not _HEADS.search(name)}
    prefix = f"{model.base_model_prefix}."

    def inside(names: Collection[str]) -> list[str]:
        return [name for name in names if _within(name.removeprefix(prefix), modules)]

    over = [name for name in inside(unexpected) if not _HARMLESS.search(name)]
    if over and not inside(lacking):
        raise SourceError(
            f"the weights in {folder} are not those of the model that config.json describes, which has no place for "
            f"{wholeness.listed(over)}; take the config.json that came with these weights, or a copy of the model "
            "that is neither quantised nor has an adapter in it"
        )


def _within(name: str, modules: Collection[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:i]) in modules for i in range(1, len(parts)))
