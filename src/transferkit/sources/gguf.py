"""GGUF files: dequantised once into a Hugging Face folder in the cache."""

import hashlib
import logging
import re
from contextlib import redirect_stderr
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
from transformers.utils import quantization_config

from transferkit.errors import ConfigError, SourceError
from transferkit.sources import fingerprint, gguf_contents, placeholders, store
from transferkit.sources.hush import hushed
from transferkit.sources.one_sentence import explaining
from transferkit.sources.source import Found, Request

log = logging.getLogger("transferkit")

_SPECIAL_TOKENS = {"bos": "bos_token", "eos": "eos_token", "unknown": "unk_token", "padding": "pad_token"}
_CHECKS = "whole"  # what was converted before gaps were refused is converted anew
_GROWTH = 9  # float32 over the four bits and a bit of the usual quantisations


def claims(name: str) -> bool:
    return name.endswith(".gguf") and not name.startswith("wheel://")


def fetch(name: str, request: Request) -> Found:
    """The model in the GGUF file `name`, as float32 safetensors with its tokenizer and chat template.

    Raises `ConfigError` without the extra `gguf`, `SourceError` where transformers cannot read the file.
    """
    file = Path(name).expanduser().resolve()
    if not file.is_file():
        raise SourceError(f"there is no file {file}")
    if find_spec("gguf") is None:
        raise ConfigError("reading GGUF files needs the extra gguf: pip install 'transferkit[gguf]'")
    _check_magic(file)
    digest = hashlib.sha256(f"{_CHECKS} {fingerprint.remembered(file, request.cache_dir)}".encode()).hexdigest()
    key = f"{re.sub(r'[^A-Za-z0-9.-]', '_', file.stem)}-{digest[:12]}"
    needed = _GROWTH * file.stat().st_size
    return Found(store.publish(request.cache_dir, key, needed, lambda scratch: _convert(file, scratch)))


def _check_magic(file: Path) -> None:
    placeholders.refuse([file])
    with file.open("rb") as stream:
        magic = stream.read(4)
    if magic != b"GGUF":
        raise SourceError(f"{file} is not a GGUF file: it starts with {magic!r}")


def _convert(file: Path, scratch: Path) -> Path:
    log.info("dequantising %s (once)", file.name)
    into = scratch / "model"
    # Its progress bar knows no switch, and the message above has said what goes on.
    with explaining(f"transformers cannot read {file}", SourceError), redirect_stderr(StringIO()):
        gguf_contents.require_whole(file)
        tokenizer: Any = AutoTokenizer.from_pretrained(
            file.parent, gguf_file=file.name, local_files_only=True, trust_remote_code=False
        )
        model = _dequantised(file)
        _state_special_tokens(tokenizer, file)
    with hushed():
        if model.config.pad_token_id is None:
            model.config.pad_token_id = tokenizer.pad_token_id
        model.save_pretrained(into)
        tokenizer.save_pretrained(into)
    return into


def _state_special_tokens(tokenizer: Any, file: Path) -> None:
    """Give `tokenizer` the special tokens that the file names: some versions of transformers swap first and last."""
    from gguf import GGUFReader

    fields = GGUFReader(file).fields
    for stated, name in _SPECIAL_TOKENS.items():
        if field := fields.get(f"tokenizer.ggml.{stated}_token_id"):
            setattr(tokenizer, name, tokenizer.convert_ids_to_tokens(int(field.parts[field.data[0]][0])))


def _dequantised(file: Path) -> Any:
    """The model of `file` as an ordinary float32 one: one loaded from GGUF counts as quantised, unfit for saving."""
    config = AutoConfig.from_pretrained(
        file.parent, gguf_file=file.name, local_files_only=True, trust_remote_code=False
    )
    kind: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    loaded, report = kind.from_pretrained(
        file.parent,
        gguf_file=file.name,
        dtype=torch.float32,
        local_files_only=True,
        trust_remote_code=False,
        quantization_config=_unpacking(),
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    gguf_contents.require_fit(file, loaded, report)
    with torch.device("meta"):
        plain = kind.from_config(config, trust_remote_code=False)
    plain.load_state_dict(loaded.state_dict(), assign=True)
    plain.tie_weights()
    plain.generation_config = loaded.generation_config
    return plain


def _unpacking() -> Any:
    """Newer versions of transformers keep GGUF blocks packed where they have a kernel, unless told not to."""
    options = getattr(quantization_config, "GgufConfig", None)
    return options(dequantize=True) if options else None
