"""What a teacher that writes says token by token, through the cache: its states where answers are predicted."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from transferkit.progress import progress
from transferkit.training.cache import Cache, Reader
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats, batches, device_of
from transferkit.training.layers import captured
from transferkit.training.learner import at_answers, inputs_of
from transferkit.training.writing import AnswersOnly

OUTPUT = "teacher_answers"


@dataclass(frozen=True)
class Slices:
    """One of the states that `reader` holds for every token: (tokens, states, width) to (tokens, width)."""

    reader: Reader
    state: int

    def __len__(self) -> int:
        return len(self.reader)

    def __getitem__(self, position: int) -> Floats:
        return self.reader[position][:, self.state]


def answer_states(
    model: nn.Module, source: Examples, depths: Sequence[int], cache: Cache, name: str
) -> Mapping[str, Slices]:
    """`teacher_answers`, what the output layer gets for every answer token, and `teacher_hidden_DEPTH` for every
    depth, each (answer tokens, width) per row; one pass gives all of them. `name` identifies the weights.
    """
    depths = sorted(set(depths))

    def compute(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        device = device_of(model)
        model.eval()
        with progress("reading the teacher's answers", len(positions)) as advance:

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                advance(len(batch["labels"]))
                states = teacher_states(model, inputs_of(batch, device), depths).float().cpu().numpy()
                ends = np.cumsum((batch["answer_positions"] >= 0).sum(dim=1).numpy())
                return np.split(states, ends[:-1])

            yield from batches(source, positions, forward)

    reader = cache.space("answers", depths, name).fetch(_keys(source), compute)
    names = (OUTPUT, *(f"teacher_hidden_{depth}" for depth in depths))
    return {each: Slices(reader, i) for i, each in enumerate(names)}


def _keys(source: Examples) -> list[str]:
    """Of what is read and where the answers are looked for in it."""
    encoded = source.encoded
    assert encoded.answers is not None
    read = encoded.decoder_ids or encoded.answers
    return [
        hashlib.blake2b(key.encode() + ids.tobytes() + places[:1].tobytes(), digest_size=16).hexdigest()
        for key, ids, places in zip(encoded.keys(), read, encoded.answers, strict=True)
    ]


def teacher_states(model: nn.Module, inputs: Mapping[str, Tensor], depths: Sequence[int]) -> Tensor:
    """States at all answer tokens of a batch, (answer tokens, 1 + depths, width): at the output layer, after layers."""
    seen: list[Tensor] = []
    head = output_layer(model)
    handle = head.register_forward_hook(lambda _module, args, _logits: seen.append(args[0][0]))
    try:
        with captured(model, depths) as hidden:
            AnswersOnly(model, head)(**inputs)
    finally:
        handle.remove()
    where = inputs["answer_positions"]
    return torch.stack([seen[0], *(at_answers(hidden[depth], where)[where >= 0] for depth in depths)], dim=1)


def output_layer(model: Any) -> nn.Module:
    """What turns states into logits over the vocabulary."""
    head: nn.Module = model.get_output_embeddings()
    return head


_AFTER = {"final_logit_softcapping": None, "logits_scaling": 1.0, "logit_scale": 1.0}


def logits_changed_after(config: Any) -> str | None:
    """The setting by which a model does more to its logits than its output layer and a bias; None if there is none."""
    return next((name for name, plain in _AFTER.items() if getattr(config, name, plain) not in (None, plain)), None)


def output_bias(model: Any) -> Tensor | None:
    """What is added to its logits, as Marian and BART do."""
    bias = getattr(model, "final_logits_bias", None)
    return bias if isinstance(bias, torch.Tensor) and bool(bias.any()) else None
