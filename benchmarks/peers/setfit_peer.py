"""SetFit with its recommended defaults.

Those of `setfit.TrainingArguments` (huggingface.co/docs/setfit/reference/trainer): one epoch over pairs in
batches of 16, the "oversampling" strategy, learning rate 2e-5 for the encoder with 10 % warm-up,
CosineSimilarityLoss, then a logistic regression head. With 8 rows of each of 6 classes this draws 2 x 960
pairs, just what `num_iterations=20` of SetFit's first documentation draws, so the two recommendations agree.
The validation rows are not used. Neither are checkpoints written.
"""

import tempfile
import time
from collections.abc import Sequence

from datasets import Dataset
from measure import Trained, answer, request
from setfit import SetFitModel, Trainer, TrainingArguments


def main() -> None:
    asked = request(__doc__)
    model = SetFitModel.from_pretrained(asked.model, labels=asked.names, device="cpu")
    rows = Dataset.from_dict(
        {"text": asked.train.texts, "label": [asked.names.index(label) for label in asked.train.labels]}
    )
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(
            output_dir=folder, seed=asked.seed, save_strategy="no", report_to="none", show_progress_bar=False
        )
        if asked.epochs:
            args = args.update({"num_epochs": int(asked.epochs)})
        started = time.perf_counter()
        trainer = Trainer(model=model, args=args, train_dataset=rows)
        trainer.train()
        train_seconds = time.perf_counter() - started

    def predict(texts: Sequence[str]) -> list[str]:
        return [str(label) for label in model.predict(list(texts), show_progress_bar=False)]

    settings = {
        "epochs": args.embedding_num_epochs,
        "batch_size": args.embedding_batch_size,
        "sampling_strategy": args.sampling_strategy,
        "learning_rate": args.body_embedding_learning_rate,
        "warmup": args.warmup_proportion,
    }
    trained = Trained(predict=predict, train_seconds=train_seconds, settings=settings)
    answer(asked, trained, ["setfit", "sentence-transformers", "transformers", "torch"])


if __name__ == "__main__":
    main()
