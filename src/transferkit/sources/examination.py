"""A first look at a model: whether it reads a text, before anything is trained."""

import hashlib
import logging
import os
from pathlib import Path
from typing import Any

import torch
import transformers

from transferkit.errors import SourceError
from transferkit.sources import load_model, stack, wholeness
from transferkit.sources.one_sentence import explaining

log = logging.getLogger("transferkit")

# Words, signs, a letter of no script and nothing: what a damaged tokenizer fails at is often one of them.
_PROBES = ("The first text, in 2 parts: one & \u4e8c.", "\ue000", "")
_WORDS = {True: "a stack of layers", False: "no stack of layers"}
_AS_READ: Any = {"padding": True, "truncation": True, "max_length": 16, "return_tensors": "pt"}


def examine(folder: Path, lowercase: bool, trust_remote_code: bool, cache_dir: Path) -> bool:
    """Load tokenizer and encoder of `folder` and read some texts; remembered for as long as its files stay.

    Whether its layers can be told apart. Raises `SourceError` where reading fails, where weights are missing, of
    another size than config.json says, NaN or infinite, or where the tokenizer has tokens that the model has no
    embedding for.
    """
    note = cache_dir / "fingerprints" / f"examined-{_state(folder, lowercase, trust_remote_code)}"
    if (known := _noted(note)) is not None:
        return known
    stacked = _read_texts(folder, lowercase, trust_remote_code)
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(_WORDS[stacked], encoding="ascii")
    except OSError as error:
        log.debug("%s cannot be written (%s): the model is examined anew next time", note, error)
    return stacked


def _noted(note: Path) -> bool | None:
    """What an earlier examination found; None where there was none, or an older version's."""
    try:
        said = note.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None
    return {words: stacked for stacked, words in _WORDS.items()}.get(said)


def _read_texts(folder: Path, lowercase: bool, trust_remote_code: bool) -> bool:
    tokenizer: Any = load_model.tokenizer(folder, lowercase, trust_remote_code)
    model: Any = load_model.encoder(folder, trust_remote_code)
    wholeness.require_room(tokenizer, model, folder)
    with explaining(f"the tokenizer in {folder} cannot read a text", SourceError):
        pairs = list(zip(_PROBES, _PROBES[::-1], strict=True))
        batches = [tokenizer(texts, **_AS_READ) for texts in ([_PROBES[0]], list(_PROBES), pairs)]
    with explaining(f"the model in {folder} cannot read a text", SourceError), torch.inference_mode():
        for batch in batches:
            # An empty text of a decoder is all padding, of which nothing is asked.
            asked = batch["attention_mask"].bool()
            if not torch.isfinite(model(**batch.to(model.device)).last_hidden_state.cpu()[asked]).all():
                raise ValueError("what it makes of one is not finite")
        return stack.find(model) is not None


def _state(folder: Path, *asked: bool) -> str:
    """What changes when a file of `folder` does."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    key = repr((os.fspath(folder.resolve()), asked, told, transformers.__version__))
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
