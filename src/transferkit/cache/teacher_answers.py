"""What a teacher that writes says token by token, through the cache: its states where answers are predicted."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from transferkit.arrays import Floats
from transferkit.cache.features import token_states
from transferkit.cache.spaces import Cache
from transferkit.encoding.examples import Examples, Lines, teacher_hidden
from transferkit.networks.answers_only import AnswersOnly
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import at_answers, inputs_of
from transferkit.networks.layers import TOP, StopForward, captured, output_layer, stopping_after
from transferkit.networks.replica import runnable
from transferkit.progress import progress
from transferkit.sources.precision import lowered

ANSWERS = "teacher_answers"
OUTPUTS = "teacher_outputs"


@dataclass(frozen=True)
class AtAnswers:
    """Those of the states that `reader` has for every token, (tokens, width), which the answers are predicted from."""

    reader: Lines
    answers: Sequence[npt.NDArray[np.int64]]

    def __getitem__(self, position: int) -> Floats:
        return self.reader[position][self.answers[position]]


def with_answers(learn: Examples, model: nn.Module, source: Examples, cache: Cache, name: str) -> Examples:
    """`learn` with `teacher_answers`, what the output layer of `model` gets for every answer token, (answer tokens,
    width) per row. `name` identifies the weights."""
    reader = cache.space("answer states", name).fetch(_keys(source), partial(_answers, model, source))
    return replace(learn, per_answer={ANSWERS: reader})


def with_outputs(
    learn: Examples, model: nn.Module, source: Examples, cache: Cache, name: str, depths: Sequence[int] = ()
) -> Examples:
    """`learn` with `teacher_answers`, and with `teacher_outputs`: the same for all tokens that a decoder reads,
    (tokens, width) per row; so are its states at `depths`, `teacher_hidden_DEPTH`. An encoder-decoder has output
    states of its answers only."""
    answers = source.encoded.answers
    assert answers is not None
    if source.encoded.decoder_ids is not None:
        learn = with_answers(learn, model, source, cache, name)
        return replace(learn, per_answer={**learn.per_answer, OUTPUTS: learn.per_answer[ANSWERS]})
    states = token_states(AnswersOnly(model, output_layer(model)), source, [TOP, *depths], cache, name)
    signals = {_called(depth): lines for depth, lines in states.items()}
    return replace(learn, per_token=signals, per_answer={ANSWERS: AtAnswers(states[TOP], answers)})


def _called(depth: int) -> str:
    return OUTPUTS if depth == TOP else teacher_hidden(depth)


def _answers(model: nn.Module, source: Examples, positions: list[int]) -> Iterator[tuple[int, Floats]]:
    device, model = device_of(model), runnable(model)
    with progress("reading the teacher's answers", len(positions)) as advance:

        def forward(batch: dict[str, Tensor]) -> list[Floats]:
            advance(len(batch["labels"]))
            states, _ = answer_states(model, inputs_of(batch, device))
            ends = np.cumsum((batch["answer_positions"] >= 0).sum(dim=1).numpy())
            return np.split(states.float().cpu().numpy(), ends[:-1])

        yield from batches(model, source, positions, forward)


def _keys(source: Examples) -> list[str]:
    """Of what is read and where the answers are looked for in it."""
    encoded = source.encoded
    assert encoded.answers is not None
    read = encoded.decoder_ids or encoded.answers
    return [
        hashlib.blake2b(key.encode() + ids.tobytes() + places[:1].tobytes(), digest_size=16).hexdigest()
        for key, ids, places in zip(encoded.keys(), read, encoded.answers, strict=True)
    ]


def answer_states(
    model: nn.Module, inputs: Mapping[str, Tensor], depths: Sequence[int] = ()
) -> tuple[Tensor, dict[str, Tensor]]:
    """What the output layer gets at all answer tokens of a batch (answer tokens, width); and by name, at all tokens
    that are read where it stands, `teacher_outputs` and the states at `depths`, (rows, tokens, width)."""
    model = runnable(model)
    whole = AnswersOnly(model, output_layer(model))
    with captured(whole, [TOP, *depths]) as seen, stopping_after(whole, TOP), suppress(StopForward), lowered(model):
        whole(**inputs)
    where = inputs["answer_positions"]
    return at_answers(seen[TOP], where)[where >= 0], {_called(depth): states for depth, states in seen.items()}


_AFTER = {"final_logit_softcapping": None, "logits_scaling": 1.0, "logit_scale": 1.0, "lm_head_multiplier": 1.0}


def logits_changed_after(config: Any) -> str | None:
    """The setting by which a model does more to its logits than its output layer and a bias; None if there is none."""
    return next((name for name, plain in _AFTER.items() if getattr(config, name, plain) not in (None, plain)), None)


def output_bias(model: Any) -> Tensor | None:
    """What is added to its logits, as Marian and BART do."""
    bias = getattr(model, "final_logits_bias", None)
    return bias if isinstance(bias, torch.Tensor) and bool(bias.any()) else None
