"""BLEU by sacrebleu: precision of 1 to 4 words in a row, with a penalty for brevity (Papineni et al. 2002)."""

from typing import Any

from sacrebleu.metrics.bleu import BLEU

from transferkit.metrics import Floats, of_corpus, of_sacrebleu

TITLE = "BLEU"
HIGHER_IS_BETTER = True
SHAPES = ("TEXT",)
POINT = 1.0


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """From 0 to 100."""
    return of_corpus(BLEU(), predictions, references, counts)


def signature(predictions: Any, references: Any) -> str:
    """As sacrebleu writes it."""
    return of_sacrebleu(BLEU(), predictions, references)
