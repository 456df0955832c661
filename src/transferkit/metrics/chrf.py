"""Character F-score (chrF) by sacrebleu: over characters in a row, up to 6 of them (Popovic 2015)."""

from typing import Any

from sacrebleu.metrics.chrf import CHRF

from transferkit.metrics import Floats, of_corpus, of_sacrebleu

TITLE = "chrF"
HIGHER_IS_BETTER = True
SHAPES = ("TEXT",)
POINT = 1.0


def resampled(predictions: Any, references: Any, counts: Floats) -> Floats:
    """From 0 to 100."""
    return of_corpus(CHRF(), predictions, references, counts)


def signature(predictions: Any, references: Any) -> str:
    """As sacrebleu writes it."""
    return of_sacrebleu(CHRF(), predictions, references)
