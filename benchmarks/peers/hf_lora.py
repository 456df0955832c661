"""Low-rank updates of a model that writes, as PEFT and the Hugging Face Trainer are usually put together.

Prompts are in the model's chat template, and the loss is that of the answers alone. Rank, scale, which layers get
updates, rows a step, epochs and the cut of long texts are those that this project takes; everything else is the
Trainer's default. Answers are `generate`'s, as in `plain_generate.py`.
"""

import tempfile
import time
from collections.abc import Sequence
from typing import Any

import torch
from measure import Part, Request, Trained, answer, request
from peft import LoraConfig, get_peft_model
from plain_generate import INSTRUCTION, NEW_TOKENS
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    Trainer,
    TrainingArguments,
    set_seed,
)

BATCH_SIZE, WRITTEN_AT_ONCE = 8, 16
RANK, ALPHA = 8, 16
LEARNING_RATE = 1e-3
MAX_LENGTH = 256


class Chat:
    """Prompts and answers as tokens."""

    def __init__(self, folder: str) -> None:
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")

    def prompt(self, text: str) -> list[int]:
        """The tokens up to where the answer begins, `text` cut so that there are `MAX_LENGTH` at most."""
        around = len(self._templated(""))
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        short = text if len(ids) <= MAX_LENGTH - around else self.tokenizer.decode(ids[: MAX_LENGTH - around])
        return self._templated(short)

    def row(self, text: str, written: str) -> dict[str, list[int]]:
        """A row to learn from: nothing is learned of its prompt."""
        asked = self.prompt(text)
        ids = self.tokenizer(written, add_special_tokens=False)["input_ids"] + [self.tokenizer.eos_token_id]
        return {
            "input_ids": asked + ids,
            "attention_mask": [1] * (len(asked) + len(ids)),
            "labels": [-100] * len(asked) + ids,
        }

    def _templated(self, text: str) -> list[int]:
        turns = [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": text}]
        ids: list[int] = self.tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True)[
            "input_ids"
        ]
        return ids


def trained(asked: Request, chat: Chat, model: Any) -> float:
    """Seconds of tokenising and training."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=folder,
                num_train_epochs=asked.epochs or 1,
                learning_rate=asked.learning_rate or LEARNING_RATE,
                per_device_train_batch_size=BATCH_SIZE,
                per_device_eval_batch_size=BATCH_SIZE,
                eval_strategy="epoch",
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
                seed=asked.seed,
                bf16=asked.bf16,
                use_cpu=asked.bf16,
            ),
            train_dataset=rows(asked.train, chat),
            eval_dataset=rows(asked.validation, chat),
            data_collator=DataCollatorForSeq2Seq(chat.tokenizer),
        )
        trainer.train()
        return time.perf_counter() - started


def rows(part: Part, chat: Chat) -> Any:
    return [chat.row(text, written) for text, written in zip(part.texts, part.labels, strict=True)]


def main() -> None:
    asked = request(__doc__)
    set_seed(asked.seed)
    chat = Chat(asked.model)
    settings = LoraConfig(task_type="CAUSAL_LM", r=RANK, lora_alpha=ALPHA, use_rslora=True, target_modules="all-linear")
    model: Any = get_peft_model(AutoModelForCausalLM.from_pretrained(asked.model), settings)
    seconds = trained(asked, chat, model)
    merged = model.merge_and_unload().eval()

    def predict(texts: Sequence[str]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(texts), WRITTEN_AT_ONCE):
            prompts = [{"input_ids": chat.prompt(text)} for text in texts[start : start + WRITTEN_AT_ONCE]]
            inputs = chat.tokenizer.pad(prompts, return_tensors="pt")
            with torch.inference_mode():
                out = merged.generate(**inputs, max_new_tokens=NEW_TOKENS, do_sample=False)
            found += chat.tokenizer.batch_decode(out[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        return found

    def counted(_true: Sequence[Any], found: Sequence[str]) -> dict[str, float]:
        return {"tokens": float(sum(map(len, chat.tokenizer(list(found))["input_ids"])))}

    told = {"batch_size": BATCH_SIZE, "rank": RANK, "alpha": ALPHA, "learning_rate": LEARNING_RATE}
    answer(asked, Trained(predict, seconds, told), ["transformers", "peft", "torch"], counted)


if __name__ == "__main__":
    main()
