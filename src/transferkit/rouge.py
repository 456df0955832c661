"""What the ROUGE metrics share, apart from the others: its stemmer brings all of NLTK and SciPy along."""

from collections.abc import Callable
from importlib.metadata import version

from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer

from transferkit.language.words import composed, words


def f_measure(kind: str) -> Callable[[str, str], float]:
    """ROUGE F-measure of a text and a reference, from 0 to 1, words stemmed after Porter (Lin 2004), by the package
    rouge-score; `kind` is its rouge1, rouge2, rougeL or rougeLsum, of which the last takes lines as sentences. Words
    are its own in ASCII; it would leave out letters of other scripts."""
    scorer = RougeScorer([kind], tokenizer=_Words())
    return lambda text, true: float(scorer.score(true, text)[kind].fmeasure)


def signature() -> str:
    """Which ROUGE this is."""
    return f"F-measure, Porter stemmer, words of any script, rouge-score {version('rouge-score')}"


class _Words:
    """Words in lower case, those of more than three letters stemmed as rouge-score does; signs of scripts without
    blanks are words."""

    def __init__(self) -> None:
        self.stemmer = PorterStemmer()

    def tokenize(self, text: str) -> list[str]:
        found = words(composed(text.lower().replace("_", " ")))
        return [self.stemmer.stem(word) if len(word) > 3 else word for word in found]
