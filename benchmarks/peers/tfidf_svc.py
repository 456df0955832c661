"""TF-IDF of words and word pairs with a linear support vector machine.

scikit-learn's example on classifying text with sparse features combines a TF-IDF vectorizer with sublinear
counts and a linear model; all settings but that and the n-gram range are the library's defaults
(TfidfVectorizer, LinearSVC with C=1). The pretrained model is not used.
It fits on training and validation rows together, having nothing to choose.
"""

import time

from measure import Trained, answer, request
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC


def main() -> None:
    asked = request(__doc__)
    started = time.perf_counter()
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC(random_state=asked.seed))
    pipeline.fit(asked.labelled.texts, asked.labelled.labels)
    trained = Trained(
        predict=pipeline.predict,
        train_seconds=time.perf_counter() - started,
        settings={"ngram_range": [1, 2], "sublinear_tf": True, "C": 1.0},
    )
    answer(asked, trained, ["scikit-learn"])


if __name__ == "__main__":
    main()
