"""Sentence embeddings with logistic regression: what users of sentence-transformers do.

`SentenceTransformer.encode` with its defaults (batches of 32, sorted by length, the folder's own pooling and
normalisation), then scikit-learn's LogisticRegression with its defaults but for `max_iter`, which is raised
so that it converges. It fits on training and validation rows together, having nothing to choose.
"""

import time
from collections.abc import Sequence

from measure import Trained, answer, request
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression

MAX_ITER = 1000


def main() -> None:
    asked = request(__doc__)
    encoder = SentenceTransformer(asked.model, device="cpu")
    if asked.max_length:
        encoder.max_seq_length = asked.max_length

    started = time.perf_counter()
    features = encoder.encode(asked.labelled.texts)
    embedded = time.perf_counter()
    head = LogisticRegression(max_iter=MAX_ITER, random_state=asked.seed).fit(features, asked.labelled.labels)
    ended = time.perf_counter()

    def predict(texts: Sequence[str]) -> list[str]:
        return [str(label) for label in head.predict(encoder.encode(list(texts)))]

    trained = Trained(
        predict=predict,
        train_seconds=ended - started,
        embed_seconds=embedded - started,
        settings={"max_iter": MAX_ITER, "max_seq_length": encoder.max_seq_length},
    )
    answer(asked, trained, ["sentence-transformers", "transformers", "torch", "scikit-learn"])


if __name__ == "__main__":
    main()
