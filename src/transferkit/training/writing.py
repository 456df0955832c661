"""Teaching a generative model to write answers: what fine-tuning and distillation of TEXT share."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.config import RunConfig
from transferkit.data.rows import Rows
from transferkit.sources.backbone import Backbone
from transferkit.tasks import Task
from transferkit.training.classifier import Recipe
from transferkit.training.encoding import Encoded
from transferkit.training.examples import UNLABELLED, Examples
from transferkit.training.inference import batches, device_of
from transferkit.training.learner import Learner, Weighted, inputs_of
from transferkit.training.loop import BatchSource, Trained, Training, Validate, train
from transferkit.training.prompting import Frame, Ints, completions, frame, prompts
from transferkit.training.validation import COMPLETION_LOSS

WRITING_EPOCHS = 2.0


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
        given = {"attention_mask": attention_mask, "decoder_input_ids": decoder_input_ids, "activations": activations}
        row, place = torch.nonzero(answer_positions >= 0, as_tuple=True)
        where = answer_positions[row, place]

        def gather(_module: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            return (args[0][row, where].unsqueeze(0), *args[1:])

        handle = self.__dict__["head"].register_forward_pre_hook(gather)
        try:
            output = self.model(input_ids=input_ids, **{k: v for k, v in given.items() if v is not None})
        finally:
            handle.remove()
        logits: Tensor = output.logits[0]
        return logits


def answered_examples(rows: Rows, task: Task, tokenizer: Any, asked: Frame, max_length: int, longest: int) -> Examples:
    """`rows` as prompts with their answers, at most `longest` tokens of each; of several answers the first.

    Rows without an answer have none to be learned.
    """
    given = [None if target is None else task.encode_target(target, ())[0] for target in rows[task.target]]
    answers = iter(completions([text for text in given if text is not None], tokenizer, asked, longest))
    wanted = [np.array([], dtype=np.int64) if text is None else next(answers) for text in given]
    asked_ids = prompts(rows, tokenizer, asked, max_length)
    before = [ids[:-1] for ids in wanted]
    decoder = asked.start is None
    whole = tuple(np.concatenate(pair) for pair in zip(asked_ids.ids, before, strict=True))
    starts = [len(ids) - 1 if decoder else 0 for ids in asked_ids.ids]
    encoded = Encoded(
        ids=whole if decoder else asked_ids.ids,
        type_ids=None,
        pad_id=tokenizer.pad_token_id or 0,
        pad_left=False,
        full_lengths=asked_ids.full_lengths,
        answers=tuple(start + np.arange(len(ids)) for start, ids in zip(starts, wanted, strict=True)),
        decoder_ids=None if decoder else tuple(np.array([asked.start, *ids], dtype=np.int64) for ids in before),
    )
    labels = np.full((len(rows), max(map(len, wanted), default=1)), UNLABELLED, dtype=np.int64)
    for line, ids in zip(labels, wanted, strict=True):
        line[: len(ids)] = ids
    return Examples(encoded, labels)


def longest_answer(rows: Rows, task: Task, tokenizer: Any, asked: Frame) -> int:
    """Tokens that all but one in two hundred of the answers in `rows` fit into, their end included."""
    answers = [text for target in rows[task.target] for text in task.encode_target(target, ())]
    return int(np.quantile([len(ids) for ids in completions(answers, tokenizer, asked)], 0.995, method="higher"))


def asked_lengths(rows: Rows, train: Rows, task: Task, backbone: Backbone, config: RunConfig) -> tuple[Ints, int]:
    """Tokens that the prompts of `rows` have uncut, and how many the model has room for before its answers."""
    tokenizer = backbone.tokenizer()
    asked = frame(tokenizer, backbone.configuration(), task, config.instruction)
    longest = config.generation.max_new_tokens or longest_answer(train, task, tokenizer, asked)
    lengths = prompts(rows, tokenizer, asked, backbone.max_length).full_lengths
    return lengths, backbone.max_length - (longest if asked.start is None else 0)


def train_writer(
    model: nn.Module, losses: Sequence[Weighted], learn: BatchSource, check: Examples, recipe: Recipe
) -> Trained:
    """Train `model`, an `AnswersOnly`, in place on `learn`, keeping the best weights on `check`."""
    return train(
        Training(
            learner=Learner(model, losses),
            source=learn,
            options=recipe.options,
            stop_on=recipe.options.stop_on or recipe.stop_on or COMPLETION_LOSS,
            epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            folder=recipe.folder,
            seed=recipe.seed,
            validate=completion_validator(check),
            title=recipe.title,
        )
    )


def completion_validator(examples: Examples) -> Validate | None:
    """A function giving `completion_loss`, the mean negative log-likelihood of an answer token, in nats."""
    if not len(examples):
        return None

    def validate(model: nn.Module) -> Mapping[str, float]:
        device = device_of(model)

        def forward(batch: dict[str, Tensor]) -> list[Any]:
            logits, labels = model(**inputs_of(batch, device)).float(), batch["labels"].to(device)
            there = labels >= 0
            each = torch.zeros(labels.shape, device=device)
            each[there] = F.cross_entropy(logits, labels[there], reduction="none")
            return list(torch.stack([each.sum(dim=1), there.sum(dim=1).float()], dim=1).cpu().numpy())

        found = dict(batches(examples, range(len(examples)), forward))
        total, tokens = np.sum(list(found.values()), axis=0)
        return {COMPLETION_LOSS: float(total / tokens)}

    return validate
