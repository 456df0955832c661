"""From a model folder to tokenizer and model: all calls into transformers' loaders are here.

Every one of them says aloud whether the folder may run code of its own, reads safetensors only, asks no network, and
fails in one sentence.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Annotated, Any

import torch
from pydantic import Field
from tokenizers import normalizers
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForQuestionAnswering,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    BertTokenizer,
)

from transferkit.config import FP32, Precision
from transferkit.errors import SourceError
from transferkit.record import Record
from transferkit.sources import doubles, layout, leftovers, unembedded, wholeness, wrapping
from transferkit.sources.device import device
from transferkit.sources.one_sentence import explaining
from transferkit.sources.precision import noted
from transferkit.sources.undrawn import undrawn

if TYPE_CHECKING:  # importing these takes as long as importing torch, which only a model that is loaded needs
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

TAGGING, READING = "token_classification", "question_answering"
_KINDS = {TAGGING: AutoModelForTokenClassification, READING: AutoModelForQuestionAnswering}
Token = Annotated[int, Field(ge=-1, lt=2**31)]
"""The number of a token; -1 stands for none in some folders."""
_AS_PRETRAINED = (AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM)
_OWN_CODE = "transformers_modules"  # where transformers puts the code of model folders

log = logging.getLogger("transferkit")


class ConfigFile(Record):
    """What is asked of config.json before transformers reads it, which takes these as they are."""

    model_type: str = ""
    architectures: tuple[str, ...] | None = None


class GenerationFile(Record):
    """What is read of generation_config.json: the tokens that a model begins and ends with, or must or may not
    write."""

    eos_token_id: Token | tuple[Token, ...] | None = None
    pad_token_id: Token | None = None
    bos_token_id: Token | None = None
    decoder_start_token_id: Token | None = None
    forced_bos_token_id: Token | None = None
    forced_eos_token_id: Token | tuple[Token, ...] | None = None
    suppress_tokens: tuple[Token, ...] | None = None
    begin_suppress_tokens: tuple[Token, ...] | None = None
    bad_words_ids: tuple[tuple[Token, ...], ...] | None = None


# While it loads, transformers has functions of its own in place of those of torch.nn.init, for all threads: two that
# load at once would leave them there.
_alone = RLock()

_examined: set[tuple[Any, ...]] = set()
"""The states of models' files in which nothing was found to be wrong."""


def brings_code(model: Any) -> bool:
    """Whether `model` is of a class that came with its folder."""
    return type(model).__module__.partition(".")[0] == _OWN_CODE


def tokenizer(folder: Path, lowercase: bool, trust_remote_code: bool) -> PreTrainedTokenizerBase:
    """The fast tokenizer of `folder`, with a padding token. `lowercase` texts first, whatever its files say."""
    made = saved_tokenizer(folder, trust_remote_code)
    if made.pad_token is None:
        if made.eos_token is None:
            absent = layout.absent_of_tokenizer(folder)
            raise SourceError(
                f"the tokenizer in {folder} has neither a padding nor an end token; {absent}".rstrip("; ")
            )
        made.pad_token = made.eos_token
    if lowercase and made.is_fast:
        steps = [normalizers.Lowercase(), made.backend_tokenizer.normalizer]
        made.backend_tokenizer.normalizer = normalizers.Sequence([step for step in steps if step is not None])
    return made  # type: ignore[no-any-return]


def saved_tokenizer(folder: Path, trust_remote_code: bool) -> Any:
    """The tokenizer of `folder` as it was saved, without special tokens that its model knows nothing of.

    Some checkpoints, Chinese ones above all, have BERT's vocabulary beside the configuration of another kind of model,
    for which transformers looks for other files: then it is BERT's tokenizer.
    """
    words = f"the tokenizer in {folder} cannot be loaded"
    try:
        with _loading(words, folder, trust_remote_code):
            made: Any = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=trust_remote_code
            )
        wholeness.require_words(made, folder)
    except SourceError as error:
        if not layout.has_words_of_bert(folder) or str(error) == str(layout.code_refused(folder)):
            absent = layout.absent_of_tokenizer(folder) if str(error).startswith(words) else ""
            raise SourceError(f"{words}: {absent}") if absent else error from None
        with _loading(words, folder, trust_remote_code):
            made = BertTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        wholeness.require_words(made, folder)
        _say_of_bert(folder)
    with _loading(words, folder, trust_remote_code):
        unknown = unembedded.taken_out(made, _rows(folder, trust_remote_code))
    if unknown:
        _say_unembedded(folder, wholeness.listed(unknown))
    return made


@cache
def _say_unembedded(folder: Path, tokens: str) -> None:
    log.warning(
        "%s: its tokenizer has special tokens that the model has no embedding for (%s); in texts they are read as "
        "ordinary characters",
        folder,
        tokens,
    )


def _rows(folder: Path, trust_remote_code: bool) -> int:
    """How many tokens the model in `folder` has embeddings for, 0 if that is not said."""
    path = folder / "config.json"
    return _rows_of(_state(path), folder, trust_remote_code) if path.exists() else 0


@lru_cache(1_000)
def _rows_of(_: tuple[str, int, int], folder: Path, trust_remote_code: bool) -> int:
    try:
        text: Any = configuration(folder, trust_remote_code).get_text_config()
    except SourceError:
        return 0  # which is said where the model is loaded
    rows = getattr(text, "vocab_size", 0)
    return rows if isinstance(rows, int) else 0


@cache
def _say_of_bert(folder: Path) -> None:
    log.warning(
        "%s: vocab.txt is a vocabulary of BERT's, whatever config.json is; texts are read as BERT's are", folder
    )


def encoder(folder: Path, trust_remote_code: bool) -> PreTrainedModel:
    """The model of `folder` without a head, float32, in evaluation mode, on `device()`."""
    model: Any
    model, made = _load(AutoModel, folder, configuration(folder, trust_remote_code), trust_remote_code)
    used = model.get_encoder() if model.config.is_encoder_decoder else model
    parts = {id(parameter) for parameter in used.parameters()}
    body = {name for name, parameter in model.named_parameters() if id(parameter) in parts}
    wholeness.require_body(model, body, made, folder)
    return _settled(used)


def classifier(
    folder: Path, labels: Sequence[str], problem_type: str, pad_token_id: int | None, trust_remote_code: bool
) -> PreTrainedModel:
    """The model of `folder` with a new head over `labels`, for texts, tokens or ends of spans, float32, in evaluation
    mode."""
    config: Any = configuration(folder, trust_remote_code)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: index for index, label in enumerate(labels)}
    config.problem_type = None if problem_type in _KINDS else problem_type
    if pad_token_id is not None:
        config.pad_token_id = pad_token_id
    kind = _KINDS.get(problem_type, AutoModelForSequenceClassification)
    model: Any
    model, made = _with_body(*_load(kind, folder, config, trust_remote_code), folder, trust_remote_code)
    body = _body(model, trust_remote_code)
    wholeness.require_body(model, body, made, folder)
    _renew_head(kind, model, body | made, trust_remote_code)
    return _settled(model)


def why_no_head(folder: Path, problem_type: str, trust_remote_code: bool) -> str | None:
    """One sentence on why the model in `folder` cannot have a head of that kind, None if it can."""
    config: Any = configuration(folder, trust_remote_code)
    kind: Any = _KINDS.get(problem_type, AutoModelForSequenceClassification)
    if type(config) in kind._model_mapping or getattr(config, "auto_map", None):
        return None
    what = kind.__name__.removeprefix("AutoModel")
    return f"Transformers has no model {what} of the kind {config.model_type}, so that there is no such head to train"


def generator(folder: Path, trust_remote_code: bool) -> PreTrainedModel:
    """The model of `folder` with the head it was pretrained with that writes text, float32, in evaluation mode.

    Raises `SourceError` where its files hold no such head.
    """
    config: Any = configuration(folder, trust_remote_code)
    layout.part(folder / "generation_config.json", GenerationFile)
    kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    writer: Any
    writer, made = _load(kind, folder, config, trust_remote_code)
    head = {id(weight) for weight in writer.get_output_embeddings().parameters()}
    if any(id(weight) in head for name, weight in writer.named_parameters() if name in made):
        raise SourceError(f"the model in {folder} cannot write: its files hold no output layer; take another model")
    body = {name for name, _ in writer.named_parameters()}
    wholeness.require_body(writer, body, made, folder)
    return _settled(writer)


def configuration(folder: Path, trust_remote_code: bool) -> PreTrainedConfig:
    """What config.json in `folder` says. Raises `SourceError` where it is damaged, of an unknown kind, or needs code of
    its own that may not be run."""
    path = folder / "config.json"
    layout.part(path, ConfigFile)
    with _loading(f"{path} does not describe a model transformers knows", folder, trust_remote_code):
        return AutoConfig.from_pretrained(  # type: ignore[no-any-return]
            folder, trust_remote_code=trust_remote_code, local_files_only=True
        )


def saved(kind: Any, folder: Path, trust_remote_code: bool, precision: Precision = FP32) -> Any:
    """The model that was saved in `folder`, with all of its weights and no others, in evaluation mode, to be run in
    `precision`."""
    config = configuration(folder, trust_remote_code)
    layout.part(folder / "generation_config.json", GenerationFile)
    model, made = _load(kind, folder, config, trust_remote_code, dtype="auto")
    if made:
        raise SourceError(f"{folder}: its weights lack {wholeness.listed(made)}, which config.json asks for")
    return noted(model.to(device()).eval(), precision, fixed=True)  # type: ignore[arg-type]


def _load(
    kind: Any, folder: Path, config: Any, trust_remote_code: bool, dtype: Any = torch.float32
) -> tuple[PreTrainedModel, set[str]]:
    """The model, and the names of its parameters which the files do not have, or of another size: they are new."""
    files = layout.weights(folder)
    arguments = (kind, folder, config, trust_remote_code, dtype)
    model, report = _read(*arguments, {})
    names = {name for name, _ in model.named_parameters()}
    if prefix := _wrapper(model, names & set(report["missing_keys"]), report["unexpected_keys"], folder):
        model, report = _read(*arguments, {f"^{re.escape(prefix)}": ""})
    made = names & {*report["missing_keys"], *(key[0] for key in report["mismatched_keys"])}
    state = (kind.__name__, dtype, *map(_state, (*files, folder / "config.json")))
    if state not in _examined:  # which takes a tenth of the time that loading takes
        _examine(kind, model, report["unexpected_keys"], made, folder, ours=dtype == "auto")
        _examined.add(state)
    return model, made


def _state(path: Path) -> tuple[str, int, int]:
    """What changes when a file does: its name, its size, and when it was written."""
    stat = path.stat()
    return os.fspath(path), stat.st_size, stat.st_mtime_ns


def _examine(kind: Any, model: Any, unexpected: Sequence[str], made: set[str], folder: Path, ours: bool) -> None:
    """Raise `SourceError` where the weights in `folder` are not what `model` needs. `ours` are what was saved here."""
    wholeness.require_no_more_layers(model, unexpected, folder)
    if not ours:  # `fewer_layers` may have left a norm that ModernBERT's first layer has not
        leftovers.require_none(model, unexpected, made, folder)
    wholeness.require_floats(model, layout.weights(folder))
    wholeness.require_numbers(model, folder)
    if not ours:
        body = {name for name, _ in model.named_parameters() if kind in _AS_PRETRAINED or _is_inner(model, name)}
        wholeness.require_content(model, body - made, folder)
    doubles.require_none(layout.all_weights(folder), f"{model.base_model_prefix}.", folder)


def _read(
    kind: Any, folder: Path, config: Any, trust_remote_code: bool, dtype: Any, renamed: Mapping[str, str]
) -> tuple[Any, Any]:
    """The model, and what transformers says of its loading; `renamed` are parts of names in the files, as patterns."""
    with _loading(f"transformers cannot load the model in {folder}", folder, trust_remote_code), undrawn():
        model, report = kind.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=trust_remote_code,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            key_mapping=dict(renamed) or None,
        )
    # Transformers would save it under the names that it was read from, a wrapper's among them.
    model._weight_conversions = None
    return model, report


def _wrapper(model: Any, lacking: set[str], unexpected: Sequence[str], folder: Path) -> str:
    """What a wrapper has put before the names of the weights in `folder`, "" if nothing."""
    body = f"{model.base_model_prefix}."
    known = model.base_model is not model and not any(name.startswith(body) for name in lacking)
    starts = wrapping.prefixes(unexpected, lacking, body) if lacking and not known else []
    if len(starts) > 1:
        raise SourceError(
            f"{folder} holds the weights of several models, under {' and '.join(map(repr, starts[:3]))}; save the one "
            "that is meant with save_pretrained() of transformers and give that folder"
        )
    if family := wrapping.other_family(starts, model.base_model_prefix):
        raise SourceError(
            f"config.json in {folder} describes a model of the kind {model.config.model_type}, but the names of its "
            f"weights begin with {starts[0]!r}, as those of a {family} do; take the config.json that came with these "
            "weights"
        )
    if starts:
        _say_unwrapped(folder, starts[0])
    return starts[0] if starts else ""


@cache
def _say_unwrapped(folder: Path, prefix: str) -> None:
    """Once, however often the model is loaded."""
    log.warning(
        "%s: the names of its weights begin with %r, which a wrapper left there; read without it", folder, prefix
    )


def _with_body(model: Any, made: set[str], folder: Path, trust_remote_code: bool) -> tuple[Any, set[str]]:
    """`model` with the body that the files hold, where its class has another name for it than they do and transformers
    would leave it random (`LlamaForQuestionAnswering` keeps in `transformer` what is `model` in a language model's
    files), and which of its parameters are new."""
    prefix = f"{model.base_model_prefix}."
    inside = {name for name, _ in model.named_parameters() if name.startswith(prefix)}
    if model.base_model is model or not inside <= made:
        return model, made
    body, lacking = _load(AutoModel, folder, model.config, trust_remote_code)
    if type(body) is not type(model.base_model):
        return model, made
    absent = model.base_model.load_state_dict(body.state_dict(), strict=False).missing_keys  # it may have no pooler
    return model, made - inside | {f"{prefix}{name}" for name in (*lacking, *absent)} & inside


@contextmanager
def _loading(words: str, folder: Path, trust_remote_code: bool) -> Iterator[None]:
    """Within, what a library raises is one sentence; of code that may not be run it is which flag allows it."""
    try:
        with _alone, explaining(words, SourceError):
            yield
    except SourceError as error:
        if trust_remote_code or "custom code" not in str(error):
            raise
        raise layout.code_refused(folder) from None


def _body(model: Any, trust_remote_code: bool) -> set[str]:
    """The names of the parameters of `model` that are not its head's: those which a model without one has as well."""
    kind: Any = AutoModel
    names = {name for name, _ in model.named_parameters()}
    if model.base_model is not model:
        return {name for name in names if _is_inner(model, name)}
    with _alone, explaining("the model cannot be told from its head", SourceError), torch.device("meta"):
        plain = kind.from_config(model.config, trust_remote_code=trust_remote_code)
    body = {name for name, _ in plain.named_parameters()}
    return body if body <= names else names  # code of its own that does not say what its head is


def _is_inner(model: Any, name: str) -> bool:
    return name.startswith(f"{model.base_model_prefix}.")


def _renew_head(kind: Any, model: Any, kept: set[str], trust_remote_code: bool) -> None:
    """Give a checkpoint's own head, should it have been restored, the values of a new one; `kept` are the parameters
    of the body, and those that are new."""
    restored = [(name, parameter) for name, parameter in model.named_parameters() if name not in kept]
    if not restored:
        return
    with _alone, explaining("a new head cannot be made", SourceError), torch.no_grad():
        new = dict(kind.from_config(model.config, trust_remote_code=trust_remote_code).named_parameters())
        for name, parameter in restored:
            parameter.copy_(new[name])


def _settled(model: Any) -> PreTrainedModel:
    # Keys and values of past tokens are of no use without generation.
    if getattr(model.config, "use_cache", False):
        model.config.use_cache = False
    return model.to(device()).eval()  # type: ignore[no-any-return]
