"""A generative model that computes the logits of its answers and of nothing else."""

from typing import Any

import torch
from torch import Tensor, nn


class AnswersOnly(nn.Module):
    """`model` with the logits of answer tokens only, (answer tokens of all rows, vocabulary).

    `head` is the model's output layer. The states of all other tokens never reach it: where no loss is taken no
    logits are computed, which for a small model is a third of the work.
    """

    def __init__(self, model: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.__dict__["head"] = head  # a part of `model` already, whose weights must not be counted twice

    @property
    def config(self) -> Any:
        return self.model.config

    def get_output_embeddings(self) -> nn.Module:
        head: nn.Module = self.__dict__["head"]
        return head

    def forward(
        self,
        input_ids: Tensor,
        answer_positions: Tensor,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        activations: Tensor | None = None,
    ) -> Tensor:
        """`answer_positions` (rows, longest answer): which states each answer token is predicted from, -1 for none."""
        others = {"attention_mask": attention_mask, "decoder_input_ids": decoder_input_ids, "activations": activations}
        row, place = torch.nonzero(answer_positions >= 0, as_tuple=True)
        where = answer_positions[row, place]

        def gather(_module: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            return (args[0][row, where].unsqueeze(0), *args[1:])

        handle = self.__dict__["head"].register_forward_pre_hook(gather)
        try:
            output = self.model(input_ids=input_ids, **{k: v for k, v in others.items() if v is not None})
        finally:
            handle.remove()
        logits: Tensor = output.logits[0]
        return logits
