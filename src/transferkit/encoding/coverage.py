"""How well a tokenizer knows some texts, which says before any training whether its model can."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.data import conversations
from transferkit.encoding.tokenizing import ready
from transferkit.language.words import has_signs, pieces, words
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding

_SAMPLE = 1000  # rows
_UNKNOWN, _HALF = 0.05, 0.5  # of all tokens
_WORDY = 0.1  # of the texts have to be of words, for a word to be said of tokens per word
_PIECES, _PIECES_OF_SIGNS = 4.0, 1.8  # tokens per word, per sign of a script without blanks


@dataclass(frozen=True)
class Coverage:
    """The share of tokens that stand for something unknown, and tokens per word (or sign, where most words are) in
    texts that are words for the most part, 0 where hardly any is; `nothing` says that the texts have no token, or none
    that stands for something known."""

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
    wordy = [(len(row), found) for row, text in zip(ids, texts, strict=True) if (found := _words_of(text))]
    wordy = wordy if len(wordy) >= _WORDY * len(texts) else []
    all_words = [word for _, found in wordy for word in found]
    unknown = tokenizer.unk_token_id
    if unknown in (tokenizer.eos_token_id, tokenizer.pad_token_id, tokenizer.bos_token_id):
        unknown = None  # byte by byte everything is known
    share = sum(list(row).count(unknown) for row in ids) / max(1, tokens) if unknown is not None else 0.0
    # Before a word that it does not know, sentencepiece has a blank, which stands for nothing either.
    known = {int(token) for row in ids for token in row} - {unknown}
    return Coverage(
        unknown=share,
        per_word=sum(count for count, _ in wordy) / max(1, len(all_words)),
        signs=sum(map(has_signs, all_words)) * 2 > len(all_words),
        nothing=not known or (len(known) == 1 and share >= _HALF),
    )


def _words_of(text: str) -> list[str]:
    """The words of a text that is words for the most part, not other signs such as emoji; none of another."""
    found = words(text)
    return found if 2 * len(found) >= len(pieces(text)) else []


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
