"""A first look at a model: whether it reads a text, before anything is trained."""

import hashlib
import logging
import os
from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch
import transformers
from pydantic import ValidationError

from transferkit import record
from transferkit.errors import SourceError
from transferkit.record import Record
from transferkit.sources import belonging, facts, load_model, stack, wholeness
from transferkit.sources.one_sentence import explaining

log = logging.getLogger("transferkit")

# Words, signs, a letter of no script and nothing: what a damaged tokenizer fails at is often one of them.
_PROBES = ("The first text, in 2 parts: one & \u4e8c.", "\ue000", "")
_AS_READ: Any = {"padding": True, "truncation": True, "max_length": 16, "return_tensors": "pt"}


class Seen(Record):
    """What an examination found; `doubts` are sentences on what may be wrong and need not."""

    version: Literal[2] = 2
    stacked: bool
    doubts: tuple[str, ...] = ()


def examine(folder: Path, lowercase: bool, trust_remote_code: bool, cache_dir: Path) -> bool:
    """Load tokenizer and encoder of `folder` and read some texts; remembered for as long as its files stay.

    Whether its layers can be told apart. Raises `SourceError` where reading fails, where weights are missing, of
    another size than config.json says, NaN or infinite, or where the tokenizer has tokens that the model has no
    embedding for, or is of another kind than its files.
    """
    note = cache_dir / "fingerprints" / f"examined-{_state(folder, lowercase, trust_remote_code)}"
    seen = _noted(note)
    if seen is None:
        seen = _read_texts(folder, lowercase, trust_remote_code)
        try:
            note.parent.mkdir(parents=True, exist_ok=True)
            record.write(note, seen)
        except OSError as error:
            log.debug("%s cannot be written (%s): the model is examined anew next time", note, error)
    for doubt in seen.doubts:
        _say(doubt)
    return seen.stacked


@cache
def _say(doubt: str) -> None:
    """Once, however often the model is loaded."""
    log.warning("%s", doubt)


def _noted(note: Path) -> Seen | None:
    """What an earlier examination found; None where there was none, or an older version's."""
    try:
        return Seen.model_validate_json(note.read_bytes())
    except (OSError, ValidationError):
        return None


def _read_texts(folder: Path, lowercase: bool, trust_remote_code: bool) -> Seen:
    tokenizer: Any = load_model.tokenizer(folder, lowercase, trust_remote_code)
    model: Any = load_model.encoder(folder, trust_remote_code)
    belonging.require_kind(tokenizer, folder)
    rows = wholeness.require_room(tokenizer, model, folder)
    with explaining(f"the tokenizer in {folder} cannot read a text", SourceError):
        pairs = list(zip(_PROBES, _PROBES[::-1], strict=True))
        batches = [tokenizer(texts, **_AS_READ) for texts in ([_PROBES[0]], list(_PROBES), pairs)]
    with explaining(f"the model in {folder} cannot read a text", SourceError), torch.inference_mode():
        for batch in batches:
            # An empty text of a decoder is all padding, of which nothing is asked.
            mask = batch["attention_mask"].bool()
            if not torch.isfinite(model(**batch.to(model.device)).last_hidden_state.cpu()[mask]).all():
                raise ValueError("what it makes of one is not finite")
        stacked = stack.find(model) is not None
    architecture = facts.architecture(load_model.configuration(folder, trust_remote_code))
    return Seen(stacked=stacked, doubts=tuple(belonging.doubts(tokenizer, rows, folder, architecture)))


def _state(folder: Path, *settings: bool) -> str:
    """What changes when a file of `folder` does."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    key = repr((os.fspath(folder.resolve()), settings, told, transformers.__version__))
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
