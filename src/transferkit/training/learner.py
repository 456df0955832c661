"""A model together with the losses it learns from: what the training loop trains."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from transferkit.training.layers import captured
from transferkit.training.losses import Loss, Schedule, Step

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


@dataclass(frozen=True)
class Weighted:
    """A loss and its weight."""

    loss: Loss
    weight: Schedule


ONCE = Schedule(1.0, 1.0)


class Learner(nn.Module):
    """Runs `model` once on a batch and adds up the weighted losses.

    `model(**inputs)` returns what `logits_of` reads.
    """

    def __init__(self, model: nn.Module, losses: Sequence[Weighted]) -> None:
        super().__init__()
        self.model = model
        self.weighted = tuple(losses)
        # Registered so that what a loss learns (a projection) is trained, saved and resumed too.
        self.losses = nn.ModuleList([item.loss for item in losses if isinstance(item.loss, nn.Module)])
        self.progress = 0.0
        # What learns, also while gradual unfreezing holds some of it still.
        self.learnable = tuple(name for name, p in self.named_parameters() if p.requires_grad)

    def learned(self) -> dict[str, Tensor]:
        """Every weight that learns, by name."""
        return {name: self.get_parameter(name).detach() for name in self.learnable}

    def forward(self, batch: Mapping[str, Tensor]) -> Tensor:
        step = self._run(batch)
        terms = [item.weight.at(self.progress) * item.loss(step) for item in self.weighted]
        return torch.stack(terms).sum()

    def _run(self, batch: Mapping[str, Tensor]) -> Step:
        hidden_depths = sorted({d for item in self.weighted for d in item.loss.hidden_depths})
        attention_depths = sorted({d for item in self.weighted for d in item.loss.attention_depths})
        inputs = {name: batch[name] for name in MODEL_INPUTS if name in batch}
        with ExitStack() as stack:
            hidden = stack.enter_context(captured(self.model, hidden_depths)) if hidden_depths else {}
            output = self.model(**inputs, output_attentions=True) if attention_depths else self.model(**inputs)
        logits = at_words(logits_of(output), batch)
        attentions = {d: output.attentions[d - 1].mean(dim=1) for d in attention_depths}
        mask = mask_of(batch)
        if "decoder_input_ids" in batch:
            mask = (batch["answer_positions"] >= 0).long()
        return Step(logits.float(), mask, batch, dict(hidden), attentions, self.progress)


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


def inputs_of(batch: Mapping[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    """What goes into a model, on its device."""
    return {name: batch[name].to(device) for name in MODEL_INPUTS if name in batch}


def mask_of(batch: Mapping[str, Tensor]) -> Tensor:
    """(rows, tokens): 1 for real tokens; all ones where the batch carries no mask."""
    if "attention_mask" in batch:
        return batch["attention_mask"]
    return torch.ones_like(batch["input_ids"]) if "input_ids" in batch else torch.ones(1)
