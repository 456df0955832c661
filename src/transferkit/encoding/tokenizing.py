"""Tokenizers in several threads: what a fast tokenizer is set to is a property of it, and not of a call.

`ready` sets it once to what all calls of `encoding` and `passages` ask for, so that no call changes it. Texts in which
special tokens are to be taken for plain text need another setting; the calls of `prompting` take turns.
"""

import copy
import hashlib
import threading
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

BLOCK = 4_096
"""Texts that are tokenized at a time: what a tokenizer says of a text takes a hundred times the room of its tokens."""
_guard = threading.Lock()
_locks: WeakKeyDictionary[Any, threading.RLock] = WeakKeyDictionary()
_digests: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


@contextmanager
def alone_with(tokenizer: Any) -> Iterator[None]:
    """While open, no other thread is in here with this tokenizer."""
    with _guard:
        lock = _locks.setdefault(tokenizer, threading.RLock())
    with lock:
        yield


def ready(tokenizer: Any) -> Any:
    """`tokenizer`, which neither cuts nor fills up what it reads: its file may have said so."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None and _set(backend):
        with alone_with(tokenizer):
            if _set(backend):
                backend.no_truncation()
                backend.no_padding()
    return tokenizer


def identity(tokenizer: Any) -> Hashable | None:
    """What all tokenizers have in common that make the same of a text; None of one in Python, which does not say."""
    if not tokenizer.is_fast:
        return None
    if tokenizer not in _digests:
        _digests[tokenizer] = hashlib.sha256(ready(tokenizer).backend_tokenizer.to_str().encode()).hexdigest()
    return _digests[tokenizer], tokenizer.truncation_side, tokenizer.split_special_tokens


def encodings(
    tokenizer: Any, texts: Sequence[str], second: Sequence[str] | None = None, special: bool = True
) -> Iterator[Any]:
    """What the backend of a fast tokenizer makes of every text or pair, with the `special` tokens around it or without.

    Ids, types and sequences are those that calling the tokenizer gives, without the objects which that makes for every
    text. Offsets are left out.
    """
    backend = ready(tokenizer).backend_tokenizer
    for start in range(0, len(texts), BLOCK):
        block: Any = texts[start : start + BLOCK]
        if second is not None:
            block = list(zip(block, second[start : start + BLOCK], strict=True))
        with alone_with(tokenizer):
            if backend.encode_special_tokens != tokenizer.split_special_tokens:
                backend.encode_special_tokens = tokenizer.split_special_tokens
            found = backend.encode_batch_fast(block, add_special_tokens=special)
        yield from found


def _set(backend: Any) -> bool:
    return backend.truncation is not None or backend.padding is not None


def as_learned(tokenizer: Any, window: int, right: bool = True) -> Any:
    """A copy of `tokenizer` to be saved: it cuts texts at `window` tokens, as its model was trained, and with `right`
    fills them up there, as `Encoded` does, so that whoever loads it with plain Transformers reads the same."""
    with alone_with(tokenizer):
        duplicate = copy.deepcopy(tokenizer)
    duplicate.model_max_length = window
    if right and duplicate.padding_side != "right" and not pads_left(tokenizer):
        duplicate.padding_side = duplicate.init_kwargs["padding_side"] = "right"
    return duplicate


def pads_left(tokenizer: Any) -> bool:
    """Whether texts are filled up on their left in training too: XLNet has no absolute positions and classifies by its
    last token."""
    return tokenizer.padding_side == "left" and "XLNet" in type(tokenizer).__name__
