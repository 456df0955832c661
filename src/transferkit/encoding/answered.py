"""Rows with the texts that answer them, as a generative model reads and learns them."""

from typing import Any

import numpy as np

from transferkit.arrays import Ints
from transferkit.config import RunConfig
from transferkit.data import weights
from transferkit.encoding.encoded import Encoded
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.prompting import completions, frame, prompts
from transferkit.encoding.ragged import ragged
from transferkit.encoding.templating import Frame
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.tasks import Task


def answered_examples(
    rows: Rows, task: Task, tokenizer: Any, framing: Frame, max_length: int, longest: int
) -> Examples:
    """`rows` as prompts with their answers, at most `longest` tokens of each; of several answers the first.

    Of a conversation that a decoder reads, every answer is learned, as far as it is not left out. Rows without an
    answer have none to be learned.
    """
    texts = [None if target is None else task.encode_target(target, ())[0] for target in rows[task.target]]
    answers = iter(completions([text for text in texts if text is not None], tokenizer, framing, longest))
    wanted = [np.array([], dtype=np.int64) if text is None else next(answers) for text in texts]
    asked_ids = prompts(rows, tokenizer, framing, max_length)
    before = [ids[:-1] for ids in wanted]
    decoder = framing.start is None
    whole = tuple(np.concatenate(pair) for pair in zip(asked_ids.ids, before, strict=True))
    starts = [len(ids) - 1 if decoder else 0 for ids in asked_ids.ids]
    none = np.array([], dtype=np.int64)
    earlier = [asked_ids.answers.get(i, none) if decoder and len(ids) else none for i, ids in enumerate(wanted)]
    encoded = Encoded(
        ids=ragged(whole if decoder else asked_ids.ids),
        type_ids=None,
        pad_id=tokenizer.pad_token_id or 0,
        pad_left=False,
        full_lengths=asked_ids.full_lengths,
        answers=tuple(
            np.concatenate([there - 1, start + np.arange(len(ids))])
            for there, start, ids in zip(earlier, starts, wanted, strict=True)
        ),
        decoder_ids=None if decoder else tuple(np.array([framing.start, *ids], dtype=np.int64) for ids in before),
    )
    wanted = [
        np.concatenate([read[there], ids]) for read, there, ids in zip(asked_ids.ids, earlier, wanted, strict=True)
    ]
    labels = np.full((len(rows), max(map(len, wanted), default=1)), UNLABELLED, dtype=np.int64)
    for line, ids in zip(labels, wanted, strict=True):
        line[: len(ids)] = ids
    return Examples(encoded, labels, weights=weights.of(rows))


def longest_answer(rows: Rows, task: Task, tokenizer: Any, framing: Frame) -> int:
    """Tokens that all but one in two hundred of the answers in `rows` fit into, their end included."""
    answers = [text for target in rows[task.target] for text in task.encode_target(target, ())]
    return int(np.quantile([len(ids) for ids in completions(answers, tokenizer, framing)], 0.995, method="higher"))


def asked_lengths(rows: Rows, train: Rows, task: Task, backbone: Backbone, config: RunConfig) -> tuple[Ints, int]:
    """Tokens that the prompts of `rows` have uncut, and how many the model has room for before its answers."""
    tokenizer = backbone.tokenizer()
    framing = frame(tokenizer, backbone.configuration(), task, config.instruction)
    longest = config.generation.max_new_tokens or longest_answer(train, task, tokenizer, framing)
    lengths = prompts(rows, tokenizer, framing, backbone.max_length).full_lengths
    return lengths, backbone.max_length - (longest if framing.start is None else 0)
