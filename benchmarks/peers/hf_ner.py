"""A plain Hugging Face Trainer script for tags of words: the reference for tagging.

It goes the way of transformers' own token-classification example (examples/pytorch/token-classification,
run_ner.py): words tokenised with `is_split_into_words`, the first piece of a word labelled, the rest ignored;
batches padded to their longest row by DataCollatorForTokenClassification; 3 epochs. As for texts, the learning rate
suits MiniLM (1.5e-4 and batches of 32; the Trainer's default of 5e-5 and batches of 8 were chosen for BERT base).
Everything else is the Trainer's default. The validation rows are evaluated after every epoch.
"""

import tempfile
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from datasets import Dataset
from measure import Part, Trained, answer, request
from seqeval.metrics import f1_score, precision_score, recall_score
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    EvalPrediction,
    Trainer,
    TrainingArguments,
    set_seed,
)

BATCH_SIZE = 32
EPOCHS = 3.0
LEARNING_RATE = 1.5e-4
MAX_LENGTH = 256


def judged(true: Sequence[Any], found: Sequence[Any]) -> dict[str, float]:
    """The figures of seqeval, by its default of counting spans as conlleval does."""
    return {
        "entity_f1": f1_score(true, found),
        "entity_precision": precision_score(true, found),
        "entity_recall": recall_score(true, found),
    }


def main() -> None:
    asked = request(__doc__)
    set_seed(asked.seed)
    names = sorted({tag for tags in asked.train.labels for tag in tags})
    ids = {name: i for i, name in enumerate(names)}
    tokenizer = AutoTokenizer.from_pretrained(asked.model)
    model = AutoModelForTokenClassification.from_pretrained(
        asked.model, num_labels=len(ids), label2id=ids, id2label=dict(enumerate(ids))
    )
    limit = asked.max_length or MAX_LENGTH

    def encode(batch: dict[str, list[Any]]) -> Any:
        out = tokenizer(batch["words"], truncation=True, max_length=limit, is_split_into_words=True)
        rows = []
        for i, tags in enumerate(batch["tags"]):
            before, labels = None, []
            for word in out.word_ids(i):
                labels.append(-100 if word is None or word == before else ids[tags[word]])
                before = word
            rows.append(labels)
        out["labels"] = rows
        return out

    def dataset(texts: Sequence[str], tags: Sequence[Any]) -> Dataset:
        rows = Dataset.from_dict({"words": [text.split(" ") for text in texts], "tags": list(tags)})
        return rows.map(encode, batched=True, remove_columns=["words", "tags"])

    def labelled(part: Part) -> Dataset:
        return dataset(part.texts, part.labels)

    def score(found: EvalPrediction) -> dict[str, float]:
        best = np.argmax(found.predictions, axis=2)
        true = [[names[i] for i in row[row >= 0]] for row in found.label_ids]
        ours = [[names[i] for i in b[row >= 0]] for b, row in zip(best, found.label_ids, strict=True)]
        return judged(true, ours)

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=folder,
                num_train_epochs=asked.epochs or EPOCHS,
                learning_rate=LEARNING_RATE,
                per_device_train_batch_size=BATCH_SIZE,
                per_device_eval_batch_size=BATCH_SIZE,
                eval_strategy="epoch",
                save_strategy="no",
                logging_strategy="epoch",
                report_to="none",
                disable_tqdm=True,
                seed=asked.seed,
                bf16=asked.bf16,
                use_cpu=asked.bf16,  # without which the flag is refused where there is no GPU
            ),
            train_dataset=labelled(asked.train),
            eval_dataset=labelled(asked.validation),
            processing_class=tokenizer,
            data_collator=DataCollatorForTokenClassification(tokenizer),
            compute_metrics=score,
        )
        trainer.train()
        train_seconds = time.perf_counter() - started

        def predict(texts: Sequence[str]) -> list[Any]:
            """Tags for every word; those of words that were cut are O."""
            found = trainer.predict(dataset(texts, [[names[0]] * len(text.split(" ")) for text in texts]))
            answers = []
            for text, logits, row in zip(texts, found.predictions, found.label_ids, strict=True):
                tags = [names[i] for i in logits[row >= 0].argmax(axis=-1)]
                answers.append(tags + ["O"] * (len(text.split(" ")) - len(tags)))
            return answers

        settings = {
            "epochs": asked.epochs or EPOCHS,
            "learning_rate": LEARNING_RATE,
            "batch_size": BATCH_SIZE,
            "max_length": limit,
        }
        trained = Trained(predict=predict, train_seconds=train_seconds, settings=settings)
        answer(asked, trained, ["transformers", "accelerate", "torch", "datasets", "seqeval"], judged)


if __name__ == "__main__":
    main()
