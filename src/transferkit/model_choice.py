"""The pretrained models of a run: which ones, and how they read the rows."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from transferkit import data, precision_choice, sources
from transferkit.config import RunConfig
from transferkit.data import logged
from transferkit.encoding import coverage, read_back, word_windows
from transferkit.encoding.answered import asked_lengths
from transferkit.encoding.encoded import Encoded, encode
from transferkit.errors import ConfigError, DataError, SourceError
from transferkit.intake import Intake, cache_of
from transferkit.progress import progress
from transferkit.sources import belonging
from transferkit.sources.backbone import Backbone
from transferkit.sources.precision import require_possible
from transferkit.sources.source import UnreachableError
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, Overview, Splits
from transferkit.tasks import Task

log = logging.getLogger("transferkit")

_USUAL_MODEL, _USUAL_WRITER = "all-MiniLM-L6-v2", "SmolLM2-135M-Instruct"
MULTILINGUAL = "multilingual-e5-small"


def chosen(intake: Intake) -> tuple[RunConfig, tuple[Backbone, ...], tuple[Finding, ...]]:
    """The models that were named, or the usual one; but for texts that it does not know one of many languages, which a
    finding says. The settings name them."""
    config = intake.config
    require_possible(config.precision)
    if len(config.models) > 1 and config.revision:
        raise ConfigError(f"revision: of one model, found {len(config.models)}; leave it out, or take one model")
    backbones, findings = tuple(_loaded(config, name) for name in config.models), tuple[Finding, ...]()
    if not backbones:
        found, findings = _usual(intake)
        backbones = (found,)
    _require_plain(config, backbones)
    named = config.model_copy(update={"model": config.model or backbones[0].name})
    settled = precision_choice.settled(named, [_prompted(backbone, config.prompt) for backbone in backbones])
    return *settled, findings


def _require_plain(config: RunConfig, backbones: Sequence[Backbone]) -> None:
    """Raise `ConfigError` for models named twice, and for a prompt that means one model and would reach several."""
    names, addresses = [model.name for model in backbones], [model.address for model in backbones]
    if twice := [name for name, there in zip(names, addresses, strict=True) if addresses.count(there) > 1]:
        raise ConfigError(f"model: {' and '.join(twice)} are one model, named twice; leave one out")
    knowing = [backbone.name for backbone in backbones if config.prompt in backbone.prompts]
    if knowing and len(knowing) < len(names):
        strange = next(name for name in names if name not in knowing)
        raise ConfigError(
            f"prompt: {config.prompt} is the name of a prompt of {knowing[0]}, which {strange} has not; write out the "
            "text that all are to be given, or take one model"
        )


def _usual(intake: Intake) -> tuple[Backbone, tuple[Finding, ...]]:
    if intake.task.shape.form.WRITTEN:
        return _loaded(intake.config, _USUAL_WRITER), ()
    return usual(_as_read(intake.splits.labelled, intake.task), partial(_loaded, intake.config))


def usual(texts: Rows, load: Callable[[str], Backbone]) -> tuple[Backbone, tuple[Finding, ...]]:
    """The encoder for `texts` where none is named: the usual one, or one of many languages if it does not know them,
    with a finding that says so."""
    backbone = load(_USUAL_MODEL)
    for finding in coverage.findings(coverage.of(texts, backbone.tokenizer()), backbone.name, ""):
        try:
            backbone = load(MULTILINGUAL)
        except UnreachableError as error:
            log.warning("%s, and %s", finding.message, error)
        else:
            log.info("%s; %s is taken in its place", finding.message, backbone.name)
            return backbone, (replace(finding, severity="info", action=f"{backbone.name} is taken in its place"),)
    return backbone, ()


def _prompted(backbone: Backbone, prompt: str | None) -> Backbone:
    """With the prompt that was asked for: one of its own by name, or any text."""
    return backbone if prompt is None else replace(backbone, prompt=backbone.prompts.get(prompt, prompt))


def _unused_prompts(backbone: Backbone, prompt: str | None) -> tuple[Finding, ...]:
    """A word on prompts that the model's folder has, where it is read without any."""
    if backbone.prompt or prompt is not None or not backbone.prompts:
        return ()
    shown = ", ".join(f"{name} ({text!r})" for name, text in backbone.prompts.items())
    message = f"{backbone.name} has prompts of which none is its default, and is read without: {shown}"
    return (Finding("prompts", "info", message, (), "--prompt takes the name of one, or any text"),)


def _loaded(config: RunConfig, name: str) -> Backbone:
    with progress(f"loading {name}"):
        return sources.load(
            name,
            cache_dir=cache_of(config),
            revision=config.revision,
            offline=config.offline,
            trust_remote_code=config.trust_remote_code,
        )


def measured(
    splits: Splits, task: Task, backbone: Backbone, config: RunConfig, needed: bool = True
) -> tuple[Splits, int]:
    """How many tokens are read of a row, as many as the model takes unless fewer are asked for, and the splits with
    what that cuts off added to the audit, and a row as the model reads it to the overview. Both name the model where
    the run has several.

    Raises `SourceError` where the model reads nothing of the texts, if it is `needed`.
    """
    configured_length = config.max_length
    limit = backbone.longest(task.shape)
    most = backbone.positions if task.shape.form.OF_CONTEXTS else backbone.max_length
    rows = _as_read(splits.train.join(splits.validation).join(splits.test), task)
    if task.shape.form.WRITTEN and backbone.writes:
        lengths, limit = asked_lengths(rows, splits.train, task, backbone, config)
        most = limit
    if configured_length and configured_length > most:
        room = ", and its answer needs room too" if most < backbone.max_length else ""
        raise ConfigError(f"max_length {configured_length}: {backbone.name} takes at most {most} tokens{room}")
    if not (task.shape.form.WRITTEN and backbone.writes):
        encoded = encode(rows, backbone.tokenizer(), configured_length or limit, backbone.prompt)
        _require_embeddings(encoded, rows, backbone)
        lengths = encoded.full_lengths
    max_length = configured_length or limit
    long_texts = task.shape.form.WINDOWS_OF or config.long_texts
    longer = f"; --max-length takes up to {most:,}" if max_length < most else ""
    finding = data.truncation(lengths.tolist(), max_length, rows, long_texts, longer)
    if len(config.models) > 1:
        finding = replace(finding, message=f"{backbone.name}: {finding.message}")
    if task.shape.form.WRITTEN and finding.rows:
        cut = "the end of the text is cut" + ", of a conversation its oldest turns" * task.conversations
        finding = replace(finding, action=f"{cut}{longer}")
    vocabulary_coverage = coverage.of(rows, backbone.tokenizer())
    if needed and vocabulary_coverage.nothing:
        raise SourceError(
            f"{backbone.name} reads nothing of these texts: its tokenizer knows none of their words and signs; "
            + _advice(task, backbone, config)
        )
    known = coverage.findings(vocabulary_coverage, backbone.name, _advice(task, backbone, config))
    if not task.shape.form.WRITTEN:
        known += _unused_prompts(backbone, config.prompt)
    logged.findings((finding, *known))
    audit = replace(splits.audit, findings=(*splits.audit.findings, finding, *known))
    overview = _with_tokens(splits, task, backbone, config, max_length)
    return replace(splits, audit=audit, overview=overview), max_length


def _with_tokens(splits: Splits, task: Task, backbone: Backbone, config: RunConfig, max_length: int) -> Overview:
    """The overview with its row as the model reads it."""
    overview, rows = splits.overview, splits.labelled.join(splits.test)
    there = np.flatnonzero(rows.numbers == overview.number)[:1]
    if not len(there):
        return overview
    example = read_back.of(rows.take(there), task, backbone, config, max_length)
    if len(config.models) > 1:
        example = [(f"{name} ({backbone.name})", words) for name, words in example]
    for name, words in example:
        log.info("row %d, %s: %s", overview.number, name, words)
    return replace(overview, example=(*overview.example, *example))


def _require_embeddings(encoded: Encoded, rows: Rows, backbone: Backbone) -> None:
    """Raise `DataError` where a row has a special token that was added to the tokenizer, but not to the model."""
    most = backbone.vocabulary
    if not most or encoded.ids.values.max(initial=0) < most:
        return
    beyond = next((i for i, ids in enumerate(encoded.ids) if ids.max(initial=0) >= most), None)
    if beyond is not None:
        token = backbone.tokenizer().convert_ids_to_tokens(int(encoded.ids[beyond].max()))
        raise DataError(
            f"row {rows.numbers[beyond]} has {token!r}, a token for which {backbone.name} has no embedding (it has "
            f"{most:,}); write it otherwise, or take a model that knows it"
        )


def _advice(task: Task, backbone: Backbone, config: RunConfig) -> str:
    known = len(backbone.tokenizer())
    if belonging.few(known, backbone.vocabulary):
        return (
            f"its tokenizer knows {known:,} tokens, the model has {backbone.vocabulary:,} embeddings: take the "
            "tokenizer that came with these weights, whole"
        )
    if task.shape.form.WRITTEN or MULTILINGUAL in (backbone.name, *config.models):
        return "take a model that was pretrained on texts like these"
    return f"take one that was pretrained on texts like these, such as --model {MULTILINGUAL}"


def _as_read(rows: Rows, task: Task) -> Rows:
    """`rows` with the texts that are tokenised."""
    return word_windows.as_read(rows) if task.shape.form.OF_WORDS else rows
