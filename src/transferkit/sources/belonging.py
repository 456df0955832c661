"""Whether a tokenizer whose numbers fit a model is the one that it was trained with, as far as its files show it."""

import json
from pathlib import Path
from typing import Any

from pydantic import Field

from transferkit.errors import SourceError
from transferkit.record import Record
from transferkit.sources import facts, layout
from transferkit.sources.load_model import Token

_BYTE, _MERGED = "<0x", 0.1
_FEW, _FEW_OF_ROWS = 100, 0.8
_ENDS = ("bos", "eos")


class Ids(Record):
    """The special tokens that config.json states; of several that end a text, a list."""

    pad_token_id: Token | None = None
    bos_token_id: Token | None = None
    eos_token_id: Token | tuple[Token, ...] | None = None
    cls_token_id: Token | None = None
    sep_token_id: Token | None = None


class Kind(Record):
    """Of what kind the model in tokenizer.json is."""

    type: str = ""


class TokenizerJson(Record):
    """What is read of tokenizer.json."""

    model: Kind = Field(default_factory=Kind)


def require_kind(tokenizer: Any, folder: Path) -> None:
    """Raise `SourceError` where the class of `tokenizer` is of another kind than tokenizer.json, or cannot build a word
    from its signs: then texts become single signs."""
    if not tokenizer.is_fast:
        return
    used = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    said = layout.part(folder / "tokenizer.json", TokenizerJson).model.type
    if said and used.get("type") and said != used["type"]:
        raise SourceError(
            f"tokenizer.json in {folder} is of the kind {said}, but {type(tokenizer).__name__}, which its "
            f"tokenizer_config.json or config.json stands for, is of the kind {used['type']}; take all files from the "
            "model that these weights are of"
        )
    if used.get("type") == "BPE" and not used["merges"] and _has_words(tokenizer, used["vocab"]):
        raise SourceError(
            f"the tokenizer in {folder} has no merges, so that it reads every word sign by sign: merges.txt, or the "
            "merges in tokenizer.json, are missing; fetch the model again"
        )


def _has_words(tokenizer: Any, vocabulary: dict[str, int]) -> bool:
    special = {*tokenizer.all_special_tokens, *(str(token) for token in tokenizer.added_tokens_decoder.values())}
    words = [word for word in vocabulary if word not in special and not word.startswith(_BYTE)]
    return sum(len(word.removesuffix("</w>")) > 1 for word in words) > _MERGED * len(words)


def doubts(tokenizer: Any, rows: int, folder: Path, architecture: str) -> list[str]:
    """What speaks for another model's tokenizer and is also so in sound folders, a sentence each; `rows` are the
    embeddings that the model has."""
    sentences = []
    differing = _differing(tokenizer, layout.part(folder / "config.json", Ids), architecture)
    if differing:
        sentences.append(
            f"{folder}: config.json and the tokenizer differ in special tokens ({'; '.join(differing)}); if scores are "
            "poor, see whether the tokenizer is the one that came with these weights"
        )
    if few(len(tokenizer), rows):
        sentences.append(
            f"{folder}: its tokenizer knows {len(tokenizer):,} tokens, the model has {rows:,} embeddings; if scores "
            "are poor, see whether the vocabulary is whole and the one that came with these weights"
        )
    return sentences


def few(tokens: int, rows: int) -> bool:
    """Whether so few tokens for `rows` embeddings are odd: some are often kept in reserve."""
    return rows >= _FEW and tokens < _FEW_OF_ROWS * rows


def _differing(tokenizer: Any, said: Ids, architecture: str) -> list[str]:
    """The special tokens with other numbers in config.json, in words. What decoders state there is often out of date,
    mostly about padding: only both ends of a text say something."""
    names = _ENDS if architecture == facts.DECODER else ("pad", "cls", "sep", *_ENDS)
    differences = []
    for name in names:
        stated, used = getattr(said, f"{name}_token_id"), getattr(tokenizer, f"{name}_token_id", None)
        listed = stated if isinstance(stated, tuple) else (stated,)
        if used is not None and stated is not None and used not in listed and -1 not in listed:
            differences.append(f"{name} {'/'.join(map(str, listed))} there, {used} here")
    enough = len(_ENDS) if architecture == facts.DECODER else 1
    return differences if len(differences) >= enough else []
