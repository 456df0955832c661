"""From a model folder to tokenizer and model: all calls into transformers' loaders are here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
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
)

from transferkit.errors import SourceError
from transferkit.sources.device import device
from transferkit.sources.hush import hushed

if TYPE_CHECKING:  # importing these takes as long as importing torch, which only a model that is loaded needs
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

TAGGING, READING = "token_classification", "question_answering"
_KINDS = {TAGGING: AutoModelForTokenClassification, READING: AutoModelForQuestionAnswering}


def tokenizer(folder: Path, lowercase: bool, trust_remote_code: bool) -> PreTrainedTokenizerBase:
    """The fast tokenizer of `folder`, with a padding token. `lowercase` texts first, whatever its files say."""
    try:
        with hushed():
            made: Any = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=trust_remote_code
            )
    except Exception as error:
        raise SourceError(f"the tokenizer in {folder} cannot be loaded: {error}") from None
    if made.pad_token is None:
        if made.eos_token is None:
            raise SourceError(f"the tokenizer in {folder} has neither a padding nor an end token")
        made.pad_token = made.eos_token
    if lowercase and made.is_fast:
        steps = [normalizers.Lowercase(), made.backend_tokenizer.normalizer]
        made.backend_tokenizer.normalizer = normalizers.Sequence([step for step in steps if step is not None])
    return made  # type: ignore[no-any-return]


def encoder(folder: Path, trust_remote_code: bool) -> PreTrainedModel:
    """The model of `folder` without a head, float32, in evaluation mode, on `device()`."""
    model, _ = _load(AutoModel, folder, configuration(folder, trust_remote_code), trust_remote_code)
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    return _settled(model)


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
    model, restored = _load(kind, folder, config, trust_remote_code)
    _renew_head(kind, model, restored)
    return _settled(model)


def generator(folder: Path, trust_remote_code: bool) -> PreTrainedModel:
    """The model of `folder` with the head it was pretrained with that writes text, float32, in evaluation mode.

    Raises `SourceError` where its files hold no such head.
    """
    config: Any = configuration(folder, trust_remote_code)
    kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    model, restored = _load(kind, folder, config, trust_remote_code)
    writer: Any = model
    head = {id(weight) for weight in writer.get_output_embeddings().parameters()}
    if not any(id(weight) in head for name, weight in model.named_parameters() if name in restored):
        raise SourceError(f"the model in {folder} cannot write: its files hold no output layer; take another model")
    return _settled(model)


def configuration(folder: Path, trust_remote_code: bool) -> PreTrainedConfig:
    """What config.json in `folder` says."""
    return AutoConfig.from_pretrained(  # type: ignore[no-any-return]
        folder, trust_remote_code=trust_remote_code, local_files_only=True
    )


def _load(kind: Any, folder: Path, config: Any, trust_remote_code: bool) -> tuple[PreTrainedModel, set[str]]:
    """The model, and the names of its parameters which were read from the files rather than made anew."""
    try:
        with hushed():
            model, report = kind.from_pretrained(
                folder,
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=trust_remote_code,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except Exception as error:
        raise SourceError(f"transformers cannot load the model in {folder}: {error}") from None
    made = {*report["missing_keys"], *(key[0] for key in report["mismatched_keys"])}
    return model, {name for name, _ in model.named_parameters()} - made


def _renew_head(kind: Any, model: Any, restored: set[str]) -> None:
    """Give a checkpoint's own head, should it have been restored, the values of a new one."""
    prefix = f"{model.base_model_prefix}."
    old = {name for name in restored if not name.startswith(prefix)}
    if not old:
        return
    with hushed(), torch.no_grad():
        new = dict(kind.from_config(model.config).named_parameters())
        for name, parameter in model.named_parameters():
            if not name.startswith(prefix):
                parameter.copy_(new[name])


def _settled(model: Any) -> PreTrainedModel:
    # Keys and values of past tokens are of no use without generation.
    if getattr(model.config, "use_cache", False):
        model.config.use_cache = False
    return model.to(device()).eval()  # type: ignore[no-any-return]
