"""Frozen encoder and new head: features of every layer, read once, and a linear head on the best of them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Floats
from transferkit.cache.depths import Depths, OfTexts, OfTokens
from transferkit.cache.features import pooled_layers, vectors, word_layers
from transferkit.config import Strict
from transferkit.context import Context
from transferkit.data import content, weights
from transferkit.encoding.encoded import encode
from transferkit.encoding.examples import Examples
from transferkit.encoding.prompting import prompts
from transferkit.errors import ConfigError
from transferkit.networks.inference import batch_tokens
from transferkit.networks.torch_features import TorchFeatures
from transferkit.options.feature_transfer import Options
from transferkit.predictors.frozen_features import FrozenFeatures, trimmed
from transferkit.predictors.in_context import InContext, Retriever, of_length_1
from transferkit.routes import Cost, Outcome
from transferkit.shapes import Shape
from transferkit.sources.facts import ENCODER_DECODER
from transferkit.training import objectives
from transferkit.training.classifier import labelled_examples
from transferkit.training.ridge_head import fit_head, fitting_bytes
from transferkit.training.workload import BASE_BYTES, NUMBER_BYTES, WIDTH_PER_HEAD, Workload

_MOST_WORDS = 100_000
_LEAST_TEXT = 8  # tokens of an example's text
_FOR_TEXTS = {"examples", "encoder"}
_MOST_MEASURED = 2_000  # texts, for the length of nearly all
_TOKENS = 25  # of a window, besides the ends of the answer
_SHARD_BYTES = 256 * 2**20  # that the cache gathers before it writes them
# Features of rows, targets (rows, any), what belongs together, (rows,), and the weights, (rows,) if there are any.
Gathered = tuple[Depths, npt.NDArray[Any], Sequence[str], Floats | None]


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    assert isinstance(options, Options)
    if options.pooling and not context.task.shape.whole:
        raise ConfigError(f"{variant}.pooling: for whole texts; {context.task.name} wants {context.task.shape.value}")
    if context.task.shape.form.WRITTEN:
        return context.why_no_text or _why_no_examples(context, options)
    if odd := options.model_fields_set & _FOR_TEXTS:
        raise ConfigError(
            f"{variant}.{min(odd)}: where texts are written; {context.task.name} wants {context.task.shape.value}"
        )
    if context.backbone.architecture == ENCODER_DECODER:
        return context.why_no_half
    return context.backbone.why_no_places(context.task.shape)


def cost(variant: str, context: Context, options: Strict, workload: Workload) -> Cost:
    """One reading of the rows, and half of one to choose the head; where texts are written nothing is trained, but
    every example in a prompt makes it as much longer."""
    assert isinstance(options, Options)
    forward, weights = workload.speed.forward, NUMBER_BYTES * context.backbone.parameters
    if context.writes:
        answering = forward * (1 + options.examples)
        return Cost(0.0, 0.0, answering, memory=BASE_BYTES + 2 * weights, disk=weights)
    shape, once = context.task.shape, workload.reading
    pooled = not shape.form.OF_TOKENS
    rows = len(context.train) + len(context.validation) if pooled else min(workload.tokens, _MOST_WORDS)
    features = NUMBER_BYTES * rows * (context.backbone.layers + 1 + pooled) * context.backbone.width
    return Cost(
        shortest=once,
        longest=1.5 * once,
        answering=forward,
        memory=BASE_BYTES + weights + _fitting_memory(context, workload, rows, features),
        disk=weights + features,
        again=0.3,
    )


def _fitting_memory(context: Context, workload: Workload, rows: int, features: int) -> int:
    """Bytes of a batch with its states at every depth and a shard of the cache, or of the sums and scores that the
    head is chosen by, whichever is more. `features` of so many `rows` stay on disk, however many there are."""
    task, backbone = context.task, context.backbone
    depths, width = backbone.layers + 1, backbone.width
    kept = min(_SHARD_BYTES, features)
    scores = 2 * workload.longest * width / WIDTH_PER_HEAD
    batch = NUMBER_BYTES * max(batch_tokens(), workload.longest) * ((2 * depths + 8) * width + scores)
    targets = 2 if task.shape.form.OF_CONTEXTS else len(task.labels)
    return int(max(batch + 2 * kept, fitting_bytes(rows, depths, width, targets)))


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Depths and head strength are chosen by cross-validation on the labelled rows alone."""
    assert isinstance(options, Options)
    began = time.perf_counter()
    if context.task.shape.form.WRITTEN:
        return _in_context(context, options, began)
    backbone = context.backbone
    pooling = options.pooling or backbone.pooling
    encoder, tokenizer = backbone.encoder(), backbone.tokenizer()
    shape = context.task.shape
    gather = _of_words if shape.form.OF_WORDS else _of_ends if shape.form.OF_CONTEXTS else _of_texts
    features, targets, groups, own = gather(context, encoder, tokenizer, pooling)
    spent = time.perf_counter() - began + context.cache.recalled_seconds
    # A word has one tag as a text has one label.
    kind = objectives.of(Shape.LABEL if shape.form.OF_WORDS else shape)
    head, choice = fit_head(features, targets, kind, context.seed, groups, own)
    if shape.form.OF_WORDS:
        head = head.widened(len(context.task.labels))  # a rare tag may stand in none of the rows that were drawn
    total = features.shape[1] - 1
    reading = context.reading(tokenizer)
    predictor = FrozenFeatures(
        engine=TorchFeatures(
            trimmed(encoder, choice.depths[-1]), pooling, choice.depths, uses_output=choice.depths[-1] == total
        ),
        tokenizer=tokenizer,
        head=head,
        labels=context.task.labels,
        max_length=context.max_length,
        prompt=backbone.prompt,
        windows=context.windows,
        shape=context.task.shape,
        closed=reading.closed,
        longest=reading.longest,
        of_words=context.of_words(tokenizer),
        prior=choice.prior,
    )
    if shape.form.OF_CONTEXTS:
        predictor = replace(predictor, threshold=context.threshold(predictor.merged))
    where = f"layer {choice.depths[0]} of {total}" if len(choice.depths) == 1 else f"{len(choice.depths)} of its depths"
    where = where if total else "its last states"
    return Outcome(
        predictor=predictor,
        method=f"frozen {backbone.name}, {where}, linear head",
        trained_parameters=head.parameters,
        seconds=time.perf_counter() - began,
        settings={
            "pooling": pooling,
            "depths": choice.depths,
            "strength": choice.strength,
            "cross_validated": choice.quality,
            "feature_seconds": spent,
        },
        learned_all=True,
    )


def _why_no_examples(context: Context, options: Options) -> str | None:
    backbone = context.backbone
    if backbone.architecture == ENCODER_DECODER:
        return (
            f"{backbone.name} has not been pretrained to go on from examples in its prompt, as decoders are; use full"
        )
    if _fitting(context, options.examples).count < 1:
        return (
            f"no example fits into the {backbone.max_length} tokens of {backbone.name} beside a long text of this "
            "file; shorten them with --max-length"
        )
    return None


def _in_context(context: Context, options: Options, began: float) -> Outcome:
    """Retrieval of the nearest labelled rows into the prompt: nothing is trained."""
    task, rows = context.task, context.labelled
    finder = context.load_backbone(options.encoder)
    retriever = Retriever(finder.encoder(), finder.tokenizer(), finder.pooling, finder.max_length, finder.prompt)
    writer = context.writer(context.backbone.generator(), context.backbone.tokenizer()).writer
    fit = _fitting(context, options.examples)
    count = fit.count
    shots = [
        (_shown_text(text, pair), task.encode_target(target, ())[0])
        for (text, pair), target in zip(rows.inputs(), rows[task.target], strict=True)
    ]
    read = vectors(retriever.encoder, retriever.examples(rows), finder.pooling, context.cache, finder.cache_key)
    predictor = InContext(writer, retriever, shots, of_length_1(read), min(count, len(rows)), fit.room, fit.whole)
    notes = [f"only {count} of {options.examples} examples fit into the prompt"] if count < options.examples else []
    notes += ["examples are found by likeness alone, whatever their weights"] if weights.of(rows) is not None else []
    return Outcome(
        predictor=predictor,
        method=f"frozen {context.backbone.name}, shown up to {count} examples that {finder.name} finds",
        trained_parameters=0,
        seconds=time.perf_counter() - began,
        settings={"examples": count, "encoder": finder.name},
        notes=tuple(notes),
        learned_all=True,
    )


@dataclass(frozen=True)
class _Fit:
    """How many examples a prompt has room for, and the tokens of each and of all of a prompt."""

    count: int
    room: int
    whole: int


def _fitting(context: Context, examples: int) -> _Fit:
    """What fits beside a text that is longer than 19 of 20, at most `examples`."""
    tokenizer, rows = context.backbone.tokenizer(), context.labelled
    text_frame, longest = context.asked(tokenizer, context.backbone.configuration())
    some = rows.take(np.linspace(0, len(rows) - 1, min(len(rows), _MOST_MEASURED)).astype(np.int64))
    lengths = np.minimum(prompts(some, tokenizer, text_frame, context.max_length).full_lengths, context.max_length)
    text = int(np.quantile(lengths, 0.95, method="higher"))
    around = len(text_frame.after) + len(text_frame.again)
    whole = context.backbone.max_length - longest
    count = max(0, min(examples, (whole - text) // (longest + _LEAST_TEXT + around)))
    return _Fit(count, min((whole - text) // max(1, count), text + longest) - around, whole)


def _shown_text(text: str, pair: str | None) -> str:
    return text if pair is None else f"{pair}\n\n{text}"


def _of_texts(context: Context, encoder: Any, tokenizer: Any, pooling: str) -> Gathered:
    """Those of the labelled rows."""
    backbone, rows = context.backbone, context.labelled
    targets = objectives.of(context.task.shape).targets(rows, context.task)
    read = context.read(rows, tokenizer, context.max_length, backbone.prompt)
    source = Examples(encode(read.rows, tokenizer, context.max_length, backbone.prompt), targets[read.owner])
    ahead = int(np.searchsorted(read.owner, len(context.train)))  # those that a new head of full starts from
    features = OfTexts(pooled_layers(encoder, source, pooling, context.cache, backbone.cache_key, ahead), read)
    return features, targets, content.groups(rows, context.task), weights.of(rows)


def _of_ends(context: Context, encoder: Any, tokenizer: Any, _pooling: str) -> Gathered:
    """Those of the ends of answers, of the tokens that stand for there being none, and of some others. The targets are
    (tokens, 2): 1 where the answer starts, and ends."""
    backbone, rows = context.backbone, context.labelled
    random = np.random.default_rng(context.seed)
    rows = rows.take(np.sort(random.permutation(len(rows))[: _MOST_WORDS // _TOKENS]))
    reading = context.reading(tokenizer)
    made = labelled_examples(rows, context.task, tokenizer, context.max_length, backbone.prompt, reading)
    passages = made.encoded.passages
    assert passages is not None
    chosen = []
    for i, ends in enumerate(made.labels):
        readable = np.flatnonzero(passages.readable(i))
        some = random.permutation(readable)[:_TOKENS]
        chosen.append(np.unique(np.concatenate([[passages.nowhere(i)], ends[ends >= 0], some])))
    source = Examples(replace(made.encoded, words=tuple(chosen)), np.zeros(len(made), dtype=np.int64))
    reader = word_layers(encoder, source, context.cache, backbone.cache_key)
    targets = [tokens[:, None] == ends for tokens, ends in zip(chosen, made.labels, strict=True)]
    features = OfTokens.of(reader, [len(tokens) for tokens in chosen])
    about, counts = content.groups(rows, context.task), [len(tokens) for tokens in targets]
    return (
        features,
        np.concatenate(targets).astype(np.float32),
        _repeated([about[i] for i in passages.owner], counts),
        None if made.weights is None else np.repeat(made.weights, counts),
    )


def _of_words(context: Context, encoder: Any, tokenizer: Any, _pooling: str) -> Gathered:
    """Those of the words of as many labelled rows as the head has use for."""
    backbone, rows = context.backbone, context.labelled
    order = np.random.default_rng(context.seed).permutation(len(rows))
    before = np.cumsum([0, *(rows["text"][i].count(" ") + 1 for i in order[:-1])])
    rows = rows.take(np.sort(order[before < _MOST_WORDS]))
    of_words = context.of_words(tokenizer)
    source = labelled_examples(*(rows, context.task, tokenizer, context.max_length, backbone.prompt), of_words=of_words)
    reader = word_layers(encoder, source, context.cache, backbone.cache_key)
    words, sentences = source.encoded.words, source.encoded.sentences
    assert words is not None and sentences is not None
    tags = [source.labels[i, : len(there)][there >= 0] for i, there in enumerate(words)]
    about, counts = content.groups(rows, context.task), [len(row_tags) for row_tags in tags]
    return (
        OfTokens.of(reader, counts),
        np.concatenate(tags),
        _repeated([about[i] for i in sentences.owner], counts),
        None if source.weights is None else np.repeat(source.weights, counts),
    )


def _repeated(names: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Every name as often as its count says."""
    return [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
