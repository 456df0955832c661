"""What goes into a network, and the logits in what comes out of it."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

MODEL_INPUTS = (
    "input_ids",
    "attention_mask",
    "token_type_ids",
    "activations",
    "features",
    "offsets",
    "answer_positions",
    "decoder_input_ids",
)


def inputs_of(batch: Mapping[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    """What goes into a model, on its device."""
    return {name: batch[name].to(device) for name in MODEL_INPUTS if name in batch}


def mask_of(batch: Mapping[str, Tensor]) -> Tensor:
    """(rows, tokens): 1 for real tokens; all ones where the batch carries no mask."""
    if "attention_mask" in batch:
        return batch["attention_mask"]
    return torch.ones_like(batch["input_ids"]) if "input_ids" in batch else torch.ones(1)


def logits_of(output: Any) -> Tensor:
    """The logits in what a model returned: itself, its `.logits`, or those of start and end, (rows, tokens, 2)."""
    if isinstance(output, Tensor):
        return output
    if hasattr(output, "start_logits"):
        return torch.stack([output.start_logits, output.end_logits], dim=-1)
    logits: Tensor = output.logits
    return logits


def at_words(logits: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
    """Logits of the tokens that answer for words, (rows, words, labels), where the batch says which they are."""
    if "words" not in batch:
        return logits
    return at_answers(logits, batch["words"])


def at_answers(states: Tensor, where: Tensor) -> Tensor:
    """`states` (rows, tokens, width) at the positions `where` (rows, answers), whatever it is where that is below 0."""
    return states.gather(1, where.clamp_min(0).unsqueeze(-1).expand(-1, -1, states.shape[-1]))
