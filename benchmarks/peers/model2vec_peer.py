"""model2vec: a static model distilled from the encoder, then fine-tuned as a classifier.

`distill` with 256 dimensions (its default, and the value of its documentation) and then
`StaticModelForClassification.fit` with its defaults (learning rate 1e-3, one hidden layer of 512, early
stopping with patience 5), as the package's training README shows. Early stopping looks at the given
validation rows where there are any; without them it splits a tenth off the training rows itself.
"""

import time

from measure import Trained, answer, request
from model2vec.distill import distill
from model2vec.train import StaticModelForClassification

DIMENSIONS = 256


def main() -> None:
    asked = request(__doc__)
    held_out = asked.validation if asked.validation.texts else None
    started = time.perf_counter()
    static = distill(model_name=asked.model, pca_dims=DIMENSIONS)
    distilled = time.perf_counter()
    classifier = StaticModelForClassification.from_static_model(model=static)
    classifier.fit(
        asked.train.texts,
        asked.train.labels,
        X_val=held_out.texts if held_out else None,
        y_val=held_out.labels if held_out else None,
        max_epochs=int(asked.epochs) if asked.epochs else -1,
        random_seed=asked.seed,
        device="cpu",
    )
    train_seconds = time.perf_counter() - started
    classifier.eval()
    trained = Trained(
        predict=lambda texts: [str(label) for label in classifier.predict(list(texts))],
        train_seconds=train_seconds,
        settings={
            "pca_dims": DIMENSIONS,
            "epochs": asked.epochs or "until early stopping",
            "distill_seconds": distilled - started,
        },
    )
    answer(asked, trained, ["model2vec", "transformers", "torch"])


if __name__ == "__main__":
    main()
