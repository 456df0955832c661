"""A plain Hugging Face Trainer script: the reference for training time.

It goes the way of transformers' own text-classification example (examples/pytorch/text-classification,
run_glue.py): tokenise once with truncation at 128 tokens, pad each batch to its longest row with
DataCollatorWithPadding, batches of 32. The learning rate of 1.5e-4 and four epochs suit MiniLM (the example's
2e-5 and three epochs were chosen for BERT base and leave it undertrained). Everything else is the Trainer's
default: linear decay without warm-up, AdamW (the fused one, with torch 2.8 or newer), no weight decay.
The validation rows are evaluated after every epoch; no checkpoints are written.
"""

import tempfile
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from datasets import Dataset
from measure import Part, Request, Trained, answer, request
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    EvalPrediction,
    Trainer,
    TrainingArguments,
    set_seed,
)
from transformers.training_args import OptimizerNames

BATCH_SIZE = 32
EPOCHS = 4.0
LEARNING_RATE = 1.5e-4
MAX_LENGTH = 128


def arguments(asked: Request, folder: str) -> TrainingArguments:
    return TrainingArguments(
        output_dir=folder,
        num_train_epochs=asked.epochs or EPOCHS,
        learning_rate=LEARNING_RATE,
        per_device_train_batch_size=BATCH_SIZE,
        per_device_eval_batch_size=BATCH_SIZE,
        eval_strategy="epoch" if asked.validation.texts else "no",
        save_strategy="no",
        logging_strategy="epoch",
        report_to="none",
        disable_tqdm=True,
        seed=asked.seed,
        bf16=asked.bf16,
        use_cpu=asked.bf16,  # without which the flag is refused where there is no GPU
    )


def accuracy(found: EvalPrediction) -> dict[str, float]:
    return {"accuracy": float((np.argmax(found.predictions, axis=1) == found.label_ids).mean())}


def main() -> None:
    asked = request(__doc__)
    set_seed(asked.seed)
    ids = {name: i for i, name in enumerate(asked.names)}
    tokenizer = AutoTokenizer.from_pretrained(asked.model)
    model = AutoModelForSequenceClassification.from_pretrained(
        asked.model, num_labels=len(ids), label2id=ids, id2label=dict(enumerate(ids))
    )
    limit = asked.max_length or MAX_LENGTH

    def tokenized(texts: Sequence[Any], labels: Sequence[int] | None = None) -> Dataset:
        """One text or a pair of texts per row."""
        given = [text if isinstance(text, tuple) else (text,) for text in texts]
        columns: dict[str, list[Any]] = {f"text{i}": [row[i] for row in given] for i in range(len(given[0]))}
        rows = Dataset.from_dict(columns | ({} if labels is None else {"label": list(labels)}))

        def encode(batch: dict[str, list[str]]) -> Any:
            return tokenizer(*(batch[name] for name in columns), truncation=True, max_length=limit)

        return rows.map(encode, batched=True)

    def labelled(part: Part) -> Dataset:
        return tokenized(part.texts, [ids[label] for label in part.labels])

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        trainer = Trainer(
            model=model,
            args=arguments(asked, folder),
            train_dataset=labelled(asked.train),
            eval_dataset=labelled(asked.validation) if asked.validation.texts else None,
            processing_class=tokenizer,
            data_collator=DataCollatorWithPadding(tokenizer),
            compute_metrics=accuracy,
        )
        trainer.train()
        train_seconds = time.perf_counter() - started
        curve: list[dict[str, Any]] = [entry for entry in trainer.state.log_history if "eval_accuracy" in entry]

        def predict(texts: Sequence[str]) -> list[str]:
            logits = trainer.predict(tokenized(texts)).predictions
            return [asked.names[i] for i in np.argmax(logits, axis=1)]

        settings = {
            "epochs": asked.epochs or EPOCHS,
            "learning_rate": LEARNING_RATE,
            "batch_size": BATCH_SIZE,
            "max_length": limit,
            "optimizer": OptimizerNames(trainer.args.optim).value,
            "validation_accuracy": [entry["eval_accuracy"] for entry in curve],
            "validation_seconds": sum(entry["eval_runtime"] for entry in curve),
        }
        trained = Trained(predict=predict, train_seconds=train_seconds, settings=settings)
        answer(asked, trained, ["transformers", "accelerate", "torch", "datasets"])


if __name__ == "__main__":
    main()
