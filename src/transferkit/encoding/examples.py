"""Encoded rows with labels and cached signals, as batches of tensors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from transferkit.encoding.encoded import Encoded
from transferkit.table.rows import Rows

UNLABELLED = -100


class Lines(Protocol):
    """A table of numbers per row."""

    def __getitem__(self, position: int) -> npt.NDArray[np.float32]:
        """That of one row."""


@dataclass(frozen=True)
class Examples:
    """What the training loop draws batches from.

    `labels` is (rows, ...) as the losses of the task take them. `per_row` has arrays of shape (rows, ...);
    `per_token` has cached results of shape (tokens, width) per row; `per_pair` of shape
    (tokens * tokens,) per row. All are padded like the token ids. `per_answer` has results of shape
    (answer tokens, width) per row. `rows` are those that were encoded, where validation looks at them again. `weights`
    (rows,) says how much each counts in training, None if all count the same.
    """

    encoded: Encoded
    labels: npt.NDArray[Any]
    per_row: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    per_token: Mapping[str, Lines] = field(default_factory=dict)
    per_pair: Mapping[str, Lines] = field(default_factory=dict)
    per_answer: Mapping[str, Lines] = field(default_factory=dict)
    rows: Rows | None = None
    weights: npt.NDArray[np.float32] | None = None

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        return self.encoded.lengths

    def __len__(self) -> int:
        return len(self.encoded)

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        """Model inputs, `labels`, signals and, where rows differ in them, `weights` of the rows at `positions`."""
        batch = self.encoded.batch(positions)
        batch["labels"] = torch.from_numpy(self.labels[np.asarray(positions)])
        if self.weights is not None:
            batch["weights"] = torch.from_numpy(self.weights[np.asarray(positions)])
        words = batch.get("words")
        if words is not None and self.labels.ndim > 1:
            batch["labels"] = batch["labels"][:, : words.shape[1]].masked_fill(words < 0, UNLABELLED)
        if "answer_positions" in batch:
            batch["labels"] = batch["labels"][:, : batch["answer_positions"].shape[1]]
        width = batch["input_ids"].shape[1]
        left = self.encoded.pad_left
        for name, values in self.per_row.items():
            batch[name] = torch.from_numpy(values[np.asarray(positions)])
            if words is not None:
                batch[name] = batch[name][:, : words.shape[1]]
        for name, lines in self.per_answer.items():
            batch[name] = _pad_tokens([lines[i] for i in positions], batch["labels"].shape[1], left=False)
        for name, reader in self.per_token.items():
            batch[name] = _pad_tokens([reader[i] for i in positions], width, left)
        for name, reader in self.per_pair.items():
            batch[name] = _pad_squares([reader[i] for i in positions], width, left)
        return batch


def teacher_hidden(depth: int) -> str:
    """What a teacher's states after `depth` layers are called in a batch."""
    return f"teacher_hidden_{depth}"


def _pad_tokens(rows: Sequence[npt.NDArray[Any]], width: int, left: bool) -> Tensor:
    out = np.zeros((len(rows), width, rows[0].shape[1]), dtype=np.float32)
    for i, row in enumerate(rows):
        start = width - len(row) if left else 0
        out[i, start : start + len(row)] = row
    return torch.from_numpy(out)


def _pad_squares(rows: Sequence[npt.NDArray[Any]], width: int, left: bool) -> Tensor:
    out = np.zeros((len(rows), width, width), dtype=np.float32)
    for i, row in enumerate(rows):
        side = int(len(row) ** 0.5)
        start = width - side if left else 0
        out[i, start : start + side, start : start + side] = row.reshape(side, side)
    return torch.from_numpy(out)
