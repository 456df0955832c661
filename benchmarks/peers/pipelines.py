"""Two lines of scikit-learn: TF-IDF of words, of words and pairs or of characters, and a linear machine.

`--pipeline TERMS+MACHINE`. All settings but those named here are the library's defaults: sublinear counts; characters
are `char_wb` of 2 to 5, or `char` of 1 to 3 where most letters are Han; C is 1. For numbers there are the support
vector machine for regression and ridge regression. It fits on training and validation rows together, having nothing
to choose. The pretrained model is not used.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from measure import Request, Trained, answer, of_labels, request
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC, LinearSVR

MAX_ITER = 1000


def vectorizer(terms: str, texts: Sequence[str]) -> Any:
    if terms == "both":
        return make_union(vectorizer("words", texts), vectorizer("characters", texts))
    if terms == "characters":
        letters = "".join(texts[:200])
        han = sum("\u4e00" <= letter <= "\u9fff" for letter in letters) * 2 > sum(map(str.isalpha, letters))
        chosen: dict[str, Any] = {"analyzer": "char" if han else "char_wb", "ngram_range": (1, 3) if han else (2, 5)}
        return TfidfVectorizer(sublinear_tf=True, **chosen)
    return TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2 if terms == "pairs" else 1))


def machine(name: str, seed: int, numbers: bool) -> Any:
    if numbers:
        return {"svm": LinearSVR(random_state=seed), "ridge": Ridge()}[name]
    made = {
        "svm": LinearSVC(random_state=seed),
        "logistic": LogisticRegression(max_iter=MAX_ITER),
        "bayes": ComplementNB(),
    }
    return made[name]


def of_numbers(true: Sequence[Any], found: Sequence[Any]) -> dict[str, float]:
    """The figures of a number per text."""
    a, b = (np.array([*map(float, values)]) for values in (true, found))
    return {"pearson": float(np.corrcoef(a, b)[0, 1]), "mae": float(np.abs(a - b).mean())}


def main() -> None:
    asked: Request = request(__doc__)
    terms, _, name = (asked.pipeline or "").partition("+")
    texts, labels = asked.labelled.texts, asked.labelled.labels
    numbers = isinstance(labels[0], float)
    started = time.perf_counter()
    pipeline = make_pipeline(vectorizer(terms, texts), machine(name, asked.seed, numbers)).fit(texts, labels)
    trained = Trained(
        predict=pipeline.predict,
        train_seconds=time.perf_counter() - started,
        settings={"pipeline": asked.pipeline, "sublinear_tf": True},
    )
    answer(asked, trained, ["scikit-learn"], of_numbers if numbers else of_labels)


if __name__ == "__main__":
    main()
