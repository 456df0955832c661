"""What teachers answer: asked once and kept in the cache, or about what their student has just drawn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from transferkit import answerers
from transferkit.arrays import Floats, stacked
from transferkit.cache.depths import OfTexts
from transferkit.cache.features import pooled_layers, space_of_tokens
from transferkit.cache.spaces import Cache
from transferkit.cache.teacher_answers import ANSWERS, OUTPUTS, answer_states
from transferkit.cache.teacher_states import fingerprint
from transferkit.encoding.encoded import encode, key_of
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.prompting import prompts
from transferkit.encoding.windows import whole, windowed
from transferkit.errors import ConfigError
from transferkit.networks.inference import device_of
from transferkit.networks.inputs import inputs_of
from transferkit.networks.layers import TOP
from transferkit.predictors import Predictor
from transferkit.predictors.frozen_features import FrozenFeatures
from transferkit.predictors.generator import Generator
from transferkit.predictors.transformer import Transformer
from transferkit.progress import progress
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.tasks import Task

SPANS_BY_TOKEN = "answers that are spans are always learned by the token"
_ROWS_AT_ONCE = 8192
_POSITIONS = "positions"
_NO_TOKENS_IN_COMMON = (
    "matching tokens needs one tokenizer, but teacher and student split the texts differently; {}, or choose another "
    "student"
)


def answers(
    teacher: Predictor, folder: Path, rows: Rows, cache: Cache, shape: Shape, backbone: Backbone | None = None
) -> Floats:
    """What `teacher` predicts for `rows`, (rows, labels), asked once and kept.

    One that puts a head on features of the frozen `backbone` takes them from the cache.
    """

    def ask(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        predict = _predicting(teacher, cache, shape, backbone)
        with progress(f"asking {folder.name}", len(positions)) as advance:
            for start in range(0, len(positions), _ROWS_AT_ONCE):
                part = positions[start : start + _ROWS_AT_ONCE]
                predictions = predict(rows.take(part))
                advance(len(part))
                yield from ((i, _kept(answer)) for i, answer in zip(part, predictions, strict=True))

    kept = "answers with thresholds" if shape is Shape.LABELS else "answers"
    stored = cache.space(kept, fingerprint(folder)).fetch(rows.keys(), ask)
    if shape.form.OF_WORDS:
        return stacked([stored[i] for i in range(len(stored))])
    return stored.stack()[:, 0]


def _predicting(teacher: Predictor, cache: Cache, shape: Shape, backbone: Backbone | None) -> Callable[[Rows], Floats]:
    """How `teacher` is asked."""
    if backbone is not None and isinstance(teacher, FrozenFeatures) and shape.whole:
        encoder = backbone.encoder()
        if is_part_of(teacher.engine.model, encoder):
            return partial(_from_features, teacher, encoder, cache, backbone.cache_key)
    return lambda rows: np.asarray(teacher.predict(rows).outputs)


def is_part_of(encoder: nn.Module, whole: nn.Module) -> bool:
    """Whether `encoder` is `whole`, frozen, perhaps without upper layers."""
    theirs = whole.state_dict()
    return type(encoder) is type(whole) and all(
        name in theirs and torch.equal(values.cpu(), theirs[name].cpu())
        for name, values in encoder.state_dict().items()
    )


def _from_features(teacher: FrozenFeatures, encoder: nn.Module, cache: Cache, name: str, rows: Rows) -> Floats:
    """What `teacher` predicts, given all layers of its encoder, whose weights go by `name` in the cache."""
    length, prompt = teacher.max_length, teacher.prompt
    read = windowed(rows, teacher.tokenizer, length, prompt) if teacher.windows else whole(rows)
    encoded = encode(read.rows, teacher.tokenizer, length, prompt)
    source = Examples(encoded, np.full(len(encoded), UNLABELLED))
    features = OfTexts(pooled_layers(encoder, source, teacher.engine.pooling, cache, name), read)
    logits = teacher.head.logits(features.read(np.arange(len(rows)), teacher.engine.depths))
    return answerers.of(teacher.shape).predictions(logits, teacher.prior)


def of_tokens(
    teachers: Sequence[Predictor], folders: Sequence[Path], rows: Rows, learn: Examples, cache: Cache
) -> list[Floats]:
    """What the teachers make of every token as start and end, their mean, (tokens, 2) per window of `learn`."""
    logits_per_teacher = []
    for teacher, folder in zip(teachers, folders, strict=True):
        if not isinstance(teacher, Transformer | FrozenFeatures):
            raise ConfigError(f"teacher {folder} has no logits of tokens to learn from; name a fine-tuned model")
        source = teacher.examples(rows)
        same_tokens(source, learn, SPANS_BY_TOKEN)
        ask = partial(_asked, teacher, source, folder.name)
        logits_per_teacher.append(
            cache.space("answers of tokens", fingerprint(folder)).fetch(source.encoded.keys(), ask)
        )
    return [np.mean([logits[i] for logits in logits_per_teacher], axis=0) for i in range(len(learn))]


def _asked(
    teacher: Transformer | FrozenFeatures, source: Examples, name: str, positions: list[int]
) -> Iterator[tuple[int, Floats]]:
    with progress(f"asking {name}", len(positions)) as advance:
        for answer in teacher.token_logits(source, positions):
            yield answer
            advance(1)


def same_tokens(theirs: Examples, ours: Examples, way_out: str) -> None:
    """Raise `ConfigError`, with the way out, where two encodings of the same rows differ."""
    pairs = list(zip(theirs.encoded.ids, ours.encoded.ids, strict=False))
    pairs += list(zip(theirs.encoded.decoder_ids or (), ours.encoded.decoder_ids or (), strict=False))
    if len(theirs) != len(ours) or any(not np.array_equal(a, b) for a, b in pairs):
        raise ConfigError(_NO_TOKENS_IN_COMMON.format(way_out))


def _kept(answer: Floats) -> Floats:
    """An answer as the cache takes it: one line, or one per word that there is."""
    return answer[None] if answer.ndim == 1 else answer[~np.isnan(answer[:, 0])]


def written(
    teacher: Generator, folder: Path, rows: Rows, cache: Cache, depths: Sequence[int] | None = None
) -> list[str]:
    """What `teacher` writes for `rows`, asked once and kept: as code points, for the cache takes numbers.

    With `depths`, a decoder's states there and at its output layer are kept for `token_states` as well, since it has
    them while it writes.
    """
    name = fingerprint(folder)
    along = teacher.frame.start is None and teacher.generation.num_beams == 1 and depths is not None
    depths_kept = sorted({TOP, *(depths or ())}) if along else []
    states = space_of_tokens(cache, depths_kept, name)

    def ask(missing: list[int]) -> Iterator[tuple[int, Floats]]:
        positions = list(range(len(rows))) if teacher.generation.do_sample else missing
        prompt_ids = prompts(rows.take(positions), teacher.tokenizer, teacher.frame, teacher.max_length).ids
        room = cache.limit_bytes // 2
        with progress(f"asking {folder.name}", len(positions)) as advance, states.writing() as store:
            for i, told in teacher.writer.told(prompt_ids, advance, depths_kept):
                if told.states.size and told.states.nbytes <= room:
                    room -= told.states.nbytes
                    store(key_of(told.tokens), told.states)
                yield positions[i], np.array([ord(sign) for sign in told.text], dtype=np.float32)

    keys = rows.keys()
    # What is drawn for a row depends on those that are answered with it.
    drawn = [keys] if teacher.generation.do_sample else []
    found = cache.space("texts", name, *drawn).fetch(keys, ask)
    return ["".join(map(chr, found[i].astype(np.int64).tolist())) for i in range(len(found))]


def without_target(rows: Rows, target: str) -> Rows:
    """`rows` with no label known."""
    return replace(rows, columns={**rows.columns, target: [None] * len(rows)})


def with_answers(rows: Rows, target: str, answers: Sequence[Any]) -> Rows:
    """`rows` with other answers."""
    return replace(rows, columns={**rows.columns, target: list(answers)})


@dataclass(frozen=True)
class OnPolicy:
    """Batches of `given`, a `share` of which the student answers itself just before it learns from them: its teacher
    says what it would have written instead, token by token (generalized knowledge distillation, Agarwal et al. 2024).
    `depths` are those of the teacher's states that are matched."""

    given: Examples
    rows: Rows
    task: Task
    student: Generator
    teacher: Generator
    share: float
    depths: Sequence[int] = ()

    @property
    def lengths(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        return self.given.lengths

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        """A batch of the rows at `positions`, which it names."""
        return {**self.given.batch(positions), _POSITIONS: torch.tensor(list(positions))}

    def redraw(self, original: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """`original`, or drawn in its place one with the student's own answers, marked `drawn`: from torch's
        generator."""
        positions = original[_POSITIONS].tolist()
        if torch.rand(()).item() >= self.share:
            return {name: values for name, values in original.items() if name != _POSITIONS}
        part = self.rows.take(positions)
        examples = self.student.examples(with_answers(part, self.task.target, self._drawn(part)), self.task)
        batch = examples.batch(range(len(part)))
        if "weights" in original:
            batch["weights"] = original["weights"].cpu()  # relative to all rows, not to this part
        device = device_of(self.teacher.model)
        with torch.no_grad():
            states, everywhere = answer_states(self.teacher.model, inputs_of(batch, device), self.depths)
        there = batch["labels"] >= 0
        batch[ANSWERS] = torch.zeros(*there.shape, states.shape[-1])
        batch[ANSWERS][there] = states.cpu()
        if OUTPUTS in self.given.per_token or OUTPUTS in self.given.per_answer:
            batch.update({name: values.cpu() for name, values in everywhere.items()})
        return {**batch, "drawn": torch.ones(len(part))}

    def _drawn(self, part: Rows) -> list[str]:
        writer, was_learning = self.student, self.student.model.training
        free = writer.generation.model_copy(update={"do_sample": True, "num_beams": 1})
        prompt_ids = prompts(part, writer.tokenizer, writer.frame, writer.max_length).ids
        writer.model.eval()
        texts = replace(writer, generation=free).writer.answers(prompt_ids, seed=int(torch.randint(2**31, ()).item()))
        writer.model.train(was_learning)
        return texts
