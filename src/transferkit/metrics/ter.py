"""TER by sacrebleu: edits per hundred words to make of an answer its reference (Snover et al. 2006)."""

from typing import Any

from sacrebleu.metrics.ter import TER

from transferkit.metrics import Floats, of_corpus, of_sacrebleu

TITLE = "TER"
HIGHER_IS_BETTER = False
SHAPES = ("TEXT",)
POINT = 1.0


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """From 0 to 100, and above."""
    return of_corpus(TER(), predictions, references, counts)


def signature(predictions: Any, references: Any) -> str:
    """As sacrebleu writes it."""
    return of_sacrebleu(TER(), predictions, references)
