"""A plain Hugging Face Trainer script for spans of contexts: the reference for question answering.

It goes the way of transformers' own question-answering example (examples/pytorch/question-answering, run_qa.py) by the
settings its README gives: windows of 384 tokens padded to that length, 128 of them shared, the question kept whole,
the first of several answers taught, a learning rate of 3e-5 and batches of 12. Answers are the best of the 20 best
starts and ends of all windows, 30 tokens at most, with the null score where the training rows have questions without
an answer. Figures are those of the official scripts of SQuAD (EM and F1, the best over all right answers), from 0 to
1. `--learning-rate` asks for another one, as the other scripts of this folder give MiniLM higher ones.
"""

import collections
import re
import string
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from datasets import Dataset
from measure import Trained, answer, request
from transformers import (
    AutoModelForQuestionAnswering,
    AutoTokenizer,
    Trainer,
    TrainingArguments,
    default_data_collator,
    set_seed,
)

BATCH_SIZE = 12
EPOCHS = 2.0
LEARNING_RATE = 3e-5
MAX_LENGTH = 384
STRIDE = 128
BEST = 20
LONGEST = 30


def plain(text: str) -> str:
    """Lower case, without signs, articles and superfluous blanks."""
    letters = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", letters).split())


def shared(found: str, true: str) -> float:
    ours, theirs = plain(found).split(), plain(true).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((collections.Counter(ours) & collections.Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


def judged(true: Sequence[Any], found: Sequence[Any]) -> dict[str, float]:
    """Means of the best figure over the right answers of every row."""
    texts = [[text for text, _ in answers] or [""] for answers in true]
    pairs = list(zip(found, texts, strict=True))
    return {
        "token_f1": float(np.mean([max(shared(ours, each) for each in right) for ours, right in pairs])),
        "exact_match": float(np.mean([any(plain(ours) == plain(each) for each in right) for ours, right in pairs])),
    }


def main() -> None:
    asked = request(__doc__)
    set_seed(asked.seed)
    tokenizer = AutoTokenizer.from_pretrained(asked.model)
    model = AutoModelForQuestionAnswering.from_pretrained(asked.model)
    limit = asked.max_length or MAX_LENGTH
    rate = asked.learning_rate or LEARNING_RATE
    without = any(not answers for answers in asked.train.labels)

    def windows(texts: Sequence[Any]) -> Any:
        return tokenizer(
            [question.lstrip() for question, _ in texts],
            [context for _, context in texts],
            truncation="only_second",
            max_length=limit,
            stride=STRIDE,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding="max_length",
        )

    def taught(texts: Sequence[Any], labels: Sequence[Any]) -> Dataset:
        out = windows(texts)
        owners, offsets = out.pop("overflow_to_sample_mapping"), out.pop("offset_mapping")
        out["start_positions"], out["end_positions"] = [], []
        for i, owner in enumerate(owners):
            first, last = ends(offsets[i], out.sequence_ids(i), labels[owner])
            out["start_positions"].append(first)
            out["end_positions"].append(last)
        return Dataset.from_dict(dict(out))

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=folder,
                num_train_epochs=asked.epochs or EPOCHS,
                learning_rate=rate,
                per_device_train_batch_size=BATCH_SIZE,
                per_device_eval_batch_size=BATCH_SIZE,
                eval_strategy="epoch",
                save_strategy="no",
                logging_strategy="epoch",
                report_to="none",
                disable_tqdm=True,
                seed=asked.seed,
            ),
            train_dataset=taught(asked.train.texts, asked.train.labels),
            eval_dataset=taught(asked.validation.texts, asked.validation.labels),
            processing_class=tokenizer,
            data_collator=default_data_collator,
        )
        trainer.train()
        train_seconds = time.perf_counter() - started

        def predict(texts: Sequence[Any]) -> list[str]:
            out = windows(texts)
            owners, offsets = out.pop("overflow_to_sample_mapping"), out.pop("offset_mapping")
            inside = [out.sequence_ids(i) for i in range(len(owners))]
            starts, stops = trainer.predict(Dataset.from_dict(dict(out))).predictions[:2]
            candidates: dict[int, list[tuple[float, int, int]]] = collections.defaultdict(list)
            nothing: dict[int, float] = {}
            for i, owner in enumerate(owners):
                nothing[owner] = min(nothing.get(owner, np.inf), float(starts[i][0] + stops[i][0]))
                there = [pair if part == 1 else None for pair, part in zip(offsets[i], inside[i], strict=True)]
                candidates[owner] += best(starts[i], stops[i], there)
            answers = []
            for owner, (_, context) in enumerate(texts):
                score, start, end = max(candidates[owner], default=(-np.inf, 0, 0))
                answers.append("" if without and nothing[owner] > score else context[start:end])
            return answers

        settings = {
            "epochs": asked.epochs or EPOCHS,
            "learning_rate": rate,
            "batch_size": BATCH_SIZE,
            "max_length": limit,
        }
        trained = Trained(predict=predict, train_seconds=train_seconds, settings=settings)
        answer(asked, trained, ["transformers", "accelerate", "torch", "datasets"], judged)


def ends(offsets: Sequence[Any], parts: Sequence[Any], answers: Sequence[Any]) -> tuple[int, int]:
    """First and last token of the first answer; the first token twice where this window does not hold it."""
    if not answers:
        return 0, 0
    text, start = answers[0]
    stop = start + len(text)
    tokens = [i for i, part in enumerate(parts) if part == 1]
    first = [i for i in tokens if offsets[i][0] <= start < offsets[i][1]]
    last = [i for i in tokens if offsets[i][0] < stop <= offsets[i][1]]
    return (first[0], last[-1]) if first and last else (0, 0)


def best(starts: Any, stops: Any, there: Sequence[Any]) -> list[tuple[float, int, int]]:
    """Score and characters of the spans between the 20 best starts and ends."""
    found = []
    for first in np.argsort(starts)[-BEST:]:
        for last in np.argsort(stops)[-BEST:]:
            if there[first] and there[last] and first <= last < first + LONGEST:
                found.append((float(starts[first] + stops[last]), there[first][0], there[last][1]))
    return found


if __name__ == "__main__":
    main()
