"""How well a tokenizer knows some texts, which says before any training whether its model can."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.data import conversations
from transferkit.encoding.tokenizing import ready
from transferkit.language.words import has_signs, words
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding

_SAMPLE = 1000  # rows
_UNKNOWN, _HALF = 0.05, 0.5  # of all tokens
_PIECES, _PIECES_OF_SIGNS = 4.0, 1.8  # tokens per word, per sign of a script without blanks


@dataclass(frozen=True)
class Coverage:
    """The share of tokens that stand for something unknown, and tokens per word (or sign, where most words are);
    `nothing` says that the texts have no token, or none that stands for something known."""

    unknown: float
    per_word: float
    signs: bool
    nothing: bool = False

    @property
    def poor(self) -> bool:
        """Whether a model that is given these tokens has little left to go by."""
        return self.unknown > _UNKNOWN or self.per_word > (_PIECES_OF_SIGNS if self.signs else _PIECES)


def of(rows: Rows, tokenizer: Any) -> Coverage:
    """Measured on 1,000 rows at most, spread evenly."""
    spread = np.unique(np.linspace(0, len(rows) - 1, _SAMPLE).astype(np.int64)) if len(rows) else np.empty(0, np.int64)
    texts = [said for pair in rows.take(spread).inputs() for text in pair if text for said in _said(text)]
    if not texts:
        return Coverage(0.0, 0.0, False)
    ids = ready(tokenizer)(texts, add_special_tokens=False, verbose=False)["input_ids"]
    tokens = sum(map(len, ids))
    all_words = [word for text in texts for word in words(text)]
    unknown = tokenizer.unk_token_id
    if unknown in (tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer.bos_token_id):
        unknown = None  # byte by byte everything is known
    share = sum(list(row).count(unknown) for row in ids) / max(1, tokens) if unknown is not None else 0.0
    # Before a word that it does not know, sentencepiece has a blank, which stands for nothing either.
    known = {int(token) for row in ids for token in row} - {unknown}
    return Coverage(
        unknown=share,
        per_word=tokens / max(1, len(all_words)),
        signs=sum(map(has_signs, all_words)) * 2 > len(all_words),
        nothing=not known or (len(known) == 1 and share >= _HALF),
    )


def _said(text: str) -> list[str]:
    """The text, or of a conversation what its turns say, without blank ones."""
    talk = conversations.parsed(text)
    return [part for part in ([turn["content"] for turn in talk.turns] if talk else [text]) if part.strip()]


def findings(measured: Coverage, model: str, advice: str) -> tuple[Finding, ...]:
    """A warning where `model` does not know the texts; `advice` says what to do."""
    if not measured.poor:
        return ()
    if measured.unknown > _UNKNOWN:
        message = f"{measured.unknown:.0%} of the tokens of these texts are unknown to {model}"
    else:
        unit = "sign" if measured.signs else "word"
        message = f"{model} reads these texts in pieces: {measured.per_word:.1f} tokens per {unit}"
    return (Finding("unknown-texts", "warning", message, (), advice),)
