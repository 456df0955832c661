"""What the ROUGE metrics share, apart from the others: its stemmer brings all of NLTK and SciPy along."""

import re
from collections.abc import Callable
from importlib.metadata import version

from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer

_WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W_\u3040-\u30ff\u4e00-\u9fff]+")


def f_measure(kind: str) -> Callable[[str, str], float]:
    """ROUGE F-measure of a text and a reference, from 0 to 1, words stemmed after Porter (Lin 2004), by the package
    rouge-score; `kind` is its rouge1, rouge2 or rougeL. Words are its own in ASCII; it would leave out letters of
    other scripts."""
    scorer = RougeScorer([kind], tokenizer=_Words())
    return lambda text, true: float(scorer.score(true, text)[kind].fmeasure)


def signature() -> str:
    """Which ROUGE this is."""
    return f"F-measure, Porter stemmer, words of any script, rouge-score {version('rouge-score')}"


class _Words:
    """Words in lower case, those of more than three letters stemmed as rouge-score does; signs of Chinese and Japanese
    are words."""

    def __init__(self) -> None:
        self.stemmer = PorterStemmer()

    def tokenize(self, text: str) -> list[str]:
        found = _WORD.findall(text.lower())
        return [self.stemmer.stem(word) if len(word) > 3 else word for word in found]
