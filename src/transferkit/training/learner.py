"""A model together with the losses it learns from: what the training loop trains."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from transferkit.errors import ConfigError
from transferkit.networks.inputs import MODEL_INPUTS, at_words, logits_of, mask_of
from transferkit.networks.layers import captured, shifted
from transferkit.sources.precision import lowered
from transferkit.training.losses import Loss, Schedule, Step


@dataclass(frozen=True)
class Weighted:
    """A loss and its weight."""

    loss: Loss
    weight: Schedule


ONCE = Schedule(1.0, 1.0)


class Learner(nn.Module):
    """Runs `model` on a batch, once and as often more as a loss asks for, and adds up the weighted losses.

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

    def _run(self, batch: Mapping[str, Tensor], shift: Tensor | None = None) -> Step:
        hidden_depths = sorted({d for item in self.weighted for d in item.loss.hidden_depths})
        attention_depths = sorted({d for item in self.weighted for d in item.loss.attention_depths})
        inputs = {name: batch[name] for name in MODEL_INPUTS if name in batch}
        with ExitStack() as stack:
            if shift is not None:
                stack.enter_context(_with_embeddings_shifted(self.model, inputs, shift))
            hidden = stack.enter_context(captured(self.model, hidden_depths)) if hidden_depths else {}
            stack.enter_context(lowered(self.model))
            output = self.model(**inputs, output_attentions=True) if attention_depths else self.model(**inputs)
        logits = at_words(logits_of(output), batch)
        attentions = {d: output.attentions[d - 1].mean(dim=1).float() for d in attention_depths}
        mask = mask_of(batch)
        if "decoder_input_ids" in batch:
            mask = (batch["answer_positions"] >= 0).long()
        states = {depth: values.float() for depth, values in hidden.items()}
        return Step(logits.float(), mask, batch, states, attentions, self.progress, partial(self._run, batch))


def _with_embeddings_shifted(
    model: nn.Module, inputs: Mapping[str, Tensor], shift: Tensor
) -> AbstractContextManager[None]:
    if "activations" in inputs:
        raise ConfigError("the lower layers are read from the cache, without embeddings to shift; let all layers run")
    return shifted(model, shift)
